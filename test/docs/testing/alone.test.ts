import assert from 'node:assert/strict';
import { Clock } from '../../../src/index.js';
import { StringTransport } from '../../../src/testing/index.js';
import { TallyFactory } from './tally.js';

describe('A tally alone', () => {
  const clock = new Clock();
  const transport = new StringTransport();
  const tally = new TallyFactory(clock).buildProtocol();

  it('answers each line by the sum so far', () => {
    tally.makeConnection(transport);
    tally.dataReceived(Buffer.from('add 3\nadd 4'));
    assert.equal(transport.value().toString(), '= 3\n');
    transport.clear();
    tally.dataReceived(Buffer.from('0\nadd up\n'));
    assert.equal(transport.value().toString(), '= 43\nadd what?\n');
  });

  it('says good-bye to who is idle for a minute', () => {
    clock.advance(59.9);
    assert.equal(transport.disconnecting, false);
    transport.clear();
    clock.advance(0.1);
    assert.equal(transport.value().toString(), 'idle for too long\n');
    assert.equal(transport.disconnecting, true);
  });
});
