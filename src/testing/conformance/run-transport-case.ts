import { flushUnhandledErrors } from '../../defer/index.js';
import type { PairOptions } from './pairs.js';
import { requireNoErrors } from './run-case.js';
import type { TransportCase, TransportEnvironment, TransportPair } from './transport-case.js';

/** Rounds that the connection gets to end after the case. */
const SETTLING_ROUNDS = 20;

/** What whoever has a transport supplies, anew for each case. */
export interface TransportGround extends TransportEnvironment {
  /**
   * A connection that has just begun. Its protocol is what `makeFactory(options).buildProtocol(address)` answers, and all other options count.
   */
  connect(options: PairOptions): Promise<TransportPair> | TransportPair;
  /** Gives back what it holds, the log capture too. */
  close(): void;
}

/**
 * Runs one transport case on a connection of its own. Fails with what the case throws, or if an error was logged, or left in a
 * Deferred, that the case hasn't flushed.
 */
export async function runTransportCase(
  testCase: TransportCase,
  makeGround: () => TransportGround,
): Promise<void> {
  flushUnhandledErrors();
  const ground = makeGround();
  try {
    const pair = await ground.connect(testCase.pair ?? {});
    await testCase.run(ground, pair);
    pair.transport.abortConnection();
    pair.peer.close();
    await ground.drive.turns(SETTLING_ROUNDS);
    requireNoErrors(ground);
  } finally {
    ground.close();
  }
}
