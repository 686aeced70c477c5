import assert from 'node:assert/strict';
import { Clock, ConnectionDone, ConnectionLost } from '../../../src/index.js';
import { AccumulatingProtocol, connectedServerAndClient } from '../../../src/testing/index.js';
import type { LoopbackOptions } from '../../../src/testing/index.js';
import { TallyFactory } from './tally.js';

describe('A tally and its client', () => {
  let sums: number[];

  function connect(options: LoopbackOptions = {}) {
    sums = [];
    const clock = new Clock();
    const factory = new TallyFactory(clock, (sum) => sums.push(sum));
    return connectedServerAndClient(factory, AccumulatingProtocol, { clock, ...options });
  }

  it('talk, and part in peace', () => {
    const [client, tally, pump] = connect();
    client.transport.write(Buffer.from('add 3\nadd 4\nbye\n'));
    pump.flush();
    assert.equal(client.data.toString(), '= 3\n= 7\n');
    assert.ok(client.closedReason?.value instanceof ConnectionDone);
    assert.equal(tally.connected, false);
    assert.deepEqual(sums, [7]);
    assert.deepEqual(pump.clock.getDelayedCalls(), []);
  });

  it('understand each other byte by byte', () => {
    const [client, , pump] = connect({ server: { readBytes: 1 } });
    client.transport.write(Buffer.from('add 3\nadd 4\n'));
    pump.flush();
    assert.equal(client.data.toString(), '= 3\n= 7\n');
  });

  it('part when nobody speaks', () => {
    const [client, , pump] = connect();
    pump.advance(60);
    assert.equal(client.data.toString(), 'idle for too long\n');
    assert.ok(client.closed);
  });

  it('lose each other when the network fails', () => {
    const [, tally, pump] = connect();
    pump.serverTransport.failWith('ETIMEDOUT');
    pump.flush();
    assert.equal(tally.connected, false);
    assert.deepEqual(sums, []);
  });

  it('lose each other when the client aborts', () => {
    const [client, tally, pump] = connect();
    client.transport.abortConnection();
    pump.flush();
    assert.ok(client.closedReason?.value instanceof ConnectionLost);
    assert.equal(tally.connected, false);
  });
});
