import { expect } from 'chai';
import { Failure } from '../../../src/defer/index.js';
import { ConnectionDone } from '../../../src/errors/index.js';
import { StringTransport } from '../../../src/testing/index.js';
import {
  AccumulatingFactory,
  AccumulatingProtocol,
  assertNoResult,
  successResultOf,
} from '../../../src/testing/index.js';

describe('AccumulatingProtocol', () => {
  it('keeps what it is told', () => {
    const protocol = new AccumulatingProtocol();
    expect([protocol.made, protocol.closed, protocol.data.length]).to.deep.equal([0, false, 0]);
    assertNoResult(protocol.madeDeferred);
    void protocol.makeConnection(new StringTransport());
    expect(protocol.made).to.equal(1);
    expect(successResultOf(protocol.madeDeferred)).to.equal(protocol);
    protocol.dataReceived(Buffer.from('one '));
    protocol.dataReceived(Buffer.from('two '));
    expect(protocol.data.toString()).to.equal('one two ');
    protocol.dataReceived(Buffer.from('three'));
    expect(protocol.data.toString()).to.equal('one two three');
    assertNoResult(protocol.closedDeferred);
    const reason = new Failure(new ConnectionDone());
    protocol.connectionLost(reason);
    expect([protocol.closed, protocol.closedReason]).to.deep.equal([true, reason]);
    successResultOf(protocol.closedDeferred);
  });
});

describe('AccumulatingFactory', () => {
  it('keeps its protocols, and tells of each when it is connected', () => {
    const factory = new AccumulatingFactory();
    const transport = new StringTransport();
    const [first, second] = [
      factory.buildProtocol(transport.getPeer()),
      factory.buildProtocol(transport.getPeer()),
    ];
    expect(factory.protocols).to.deep.equal([first, second]);
    expect(factory.peerAddresses).to.deep.equal([transport.getPeer(), transport.getPeer()]);
    expect(first.factory).to.equal(factory);
    const connected = factory.protocolConnectionMade;
    assertNoResult(connected);
    void second.makeConnection(transport);
    expect(successResultOf(connected)).to.equal(second);
    assertNoResult(factory.protocolConnectionMade);
    void first.makeConnection(transport);
    expect(successResultOf(first.madeDeferred)).to.equal(first);
  });
});
