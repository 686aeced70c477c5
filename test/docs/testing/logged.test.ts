import assert from 'node:assert/strict';
import { Clock } from '../../../src/index.js';
import {
  AccumulatingProtocol,
  LogCapture,
  assertNoLoggedErrors,
  connectedServerAndClient,
  flushLoggedErrors,
} from '../../../src/testing/index.js';
import { TallyFactory } from './tally.js';

describe('A tally that can not be saved', () => {
  let log: LogCapture;

  beforeEach(() => {
    log = new LogCapture();
  });

  afterEach(() => {
    try {
      assertNoLoggedErrors();
    } finally {
      log[Symbol.dispose]();
    }
  });

  it('costs its own connection, and is logged once', () => {
    const factory = new TallyFactory(new Clock(), () => {
      throw new RangeError('the disk is full');
    });
    const [client, , pump] = connectedServerAndClient(factory, AccumulatingProtocol);
    client.transport.write(Buffer.from('add 1\nbye\n'));
    pump.flush();
    assert.ok(client.closed);

    const [failure, ...others] = flushLoggedErrors(RangeError);
    assert.equal(failure?.getErrorMessage(), 'the disk is full');
    assert.deepEqual(others, []);
    assert.match(log.messages[0] ?? '', /^dataReceived of Tally,server threw: RangeError: the disk is full/);
  });
});
