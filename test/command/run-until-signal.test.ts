import { expect } from 'chai';
import { runUntilSignal } from '../../src/command/run-until-signal.js';
import { Deferred } from '../../src/defer/index.js';
import { getReactor } from '../../src/reactor/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { RecordingService } from '../application/recording-service.js';

/** As the kernel's does, but without ending mocha's own process. */
const terminate = (): boolean => process.emit('SIGTERM', 'SIGTERM');

describe('`runUntilSignal()`', () => {
  let capture: LogCapture;
  let events: string[];
  let service: RecordingService;
  let failures: unknown[];
  const failed = (error: unknown): void => void failures.push(error);

  beforeEach(() => {
    capture = new LogCapture();
    events = [];
    failures = [];
    service = new RecordingService('a', events);
  });

  afterEach(() => {
    getReactor().close();
    capture[Symbol.dispose]();
    expect(capture.errors).to.deep.equal([]);
    expect(process.listenerCount('SIGTERM')).to.equal(0);
  });

  it('stops the service on a signal, and answers 0', async () => {
    const ended = runUntilSignal(service, { failed });
    terminate();
    expect(await ended).to.equal(0);
    expect([events, failures]).to.deep.equal([['privileged a', 'start a', 'stop a'], []]);
  });

  it('answers 1 and tells why if it can’t start', async () => {
    const error = new Error('no');
    service.onStart = () => Promise.reject(error);
    expect(await runUntilSignal(service, { failed })).to.equal(1);
    expect(failures).to.deep.equal([error]);
  });

  it('answers 1 and tells why if it can’t stop', async () => {
    const error = new Error('no');
    service.onStop = () => Promise.reject(error);
    const ended = runUntilSignal(service, { failed });
    terminate();
    expect([await ended, failures]).to.deep.equal([1, [error]]);
  });

  it('answers 128 and the signal’s number after a second one, however long the stop would take', async () => {
    service.onStop = () => new Deferred<void>();
    let timeMs = 5000;
    const ended = runUntilSignal(service, { failed, clock: { now: () => timeMs } });
    terminate();
    timeMs += 100;
    terminate();
    expect([await ended, failures]).to.deep.equal([143, []]);
    expect(capture.messages.at(-1)).to.equal('Received SIGTERM while stopping, ending at once');
  });

  it('takes two signals at the same time for one, as Ctrl-C under npx may come twice', async () => {
    const stopped = new Deferred<void>();
    service.onStop = () => stopped;
    let timeMs = 5000;
    const ended = runUntilSignal(service, { failed, clock: { now: () => timeMs } });
    terminate();
    timeMs += 99;
    terminate();
    stopped.callback();
    expect([await ended, failures]).to.deep.equal([0, []]);
  });

  it('answers 1 when stopping takes longer than its limit', async () => {
    service.onStop = () => new Deferred<void>();
    const ended = runUntilSignal(service, { failed, limitMs: 10 });
    terminate();
    expect(await ended).to.equal(1);
    expect(capture.flushErrors().map(({ rawMessage }) => rawMessage)).to.deep.equal([
      'Stopping took longer than {seconds} s, ending all the same',
    ]);
  });
});
