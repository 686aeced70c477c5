import { LoopingCall, type LoopClock } from '../../../src/index.js';

/** Tells `send` once a minute how many minutes have gone by, and waits for it. */
export function heartbeat(clock: LoopClock, send: (minutes: number) => Promise<void>): LoopingCall {
  const loop = LoopingCall.withCount(send);
  loop.clock = clock;
  loop.start(60, { now: false }).addErrback((failure) => {
    console.error('The heartbeat has stopped:', failure.getErrorMessage());
  });
  return loop;
}
