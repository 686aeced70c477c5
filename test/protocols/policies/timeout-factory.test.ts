import { expect } from 'chai';
import { ConnectionAborted, ConnectionDone } from '../../../src/errors/index.js';
import { TimeoutFactory, type TimeoutOptions, type TimeoutProtocol } from '../../../src/protocols/index.js';
import {
  RecordingFactory,
  RecordingProtocol,
  type ProtocolHooks,
} from '../../../src/testing/conformance/index.js';
import { Clock } from '../../../src/time/index.js';
import { FakeConnection } from '../../tcp/fake-connection.js';

interface Scene {
  readonly clock: Clock;
  readonly connection: FakeConnection;
  readonly wrapper: TimeoutProtocol<RecordingProtocol>;
  readonly inner: RecordingProtocol;
}

function scene(options: Partial<TimeoutOptions<RecordingProtocol>> = {}, hooks: ProtocolHooks = {}): Scene {
  const clock = new Clock();
  const recording = new RecordingFactory({ build: () => new RecordingProtocol(hooks) });
  const factory = new TimeoutFactory(recording, { clock, timeoutPeriod: 3, ...options });
  const connection = new FakeConnection();
  const wrapper = factory.buildProtocol(connection.getPeer()) as TimeoutProtocol<RecordingProtocol>;
  connection.start(wrapper);
  return { clock, connection, wrapper, inner: wrapper.wrappedProtocol };
}

describe('TimeoutFactory', () => {
  // Twisted: TimeoutFactoryTests.test_timeout
  it('loses a connection on which nothing has happened', () => {
    const { clock, connection, inner } = scene();
    clock.pump([0, 2.9]);
    expect(connection.disconnecting).to.equal(false);
    clock.advance(0.2);
    expect(connection.disconnecting).to.equal(true);
    connection.flush();
    expect(inner.reason?.value).to.be.instanceOf(ConnectionDone);
  });

  // Twisted: TimeoutFactoryTests.test_sendAvoidsTimeout
  it('begins anew with each write', () => {
    const { clock, connection, inner } = scene();
    for (let round = 0; round < 3; round += 1) {
      clock.advance(2);
      inner.transport.write(Buffer.from('x'));
      clock.advance(2);
      inner.transport.writeSequence([Buffer.from('y'), Buffer.from('z')]);
    }
    expect(connection.disconnecting).to.equal(false);
    connection.flush();
    expect(connection.output).to.equal('xyzxyzxyz');
    clock.advance(3);
    expect(connection.disconnecting).to.equal(true);
  });

  // Twisted: TimeoutFactoryTests.test_receiveAvoidsTimeout
  it('begins anew with each piece received', () => {
    const { clock, connection } = scene();
    for (let round = 0; round < 3; round += 1) {
      clock.advance(2);
      connection.receive('x');
    }
    expect(connection.disconnecting).to.equal(false);
    clock.advance(3);
    expect(connection.disconnecting).to.equal(true);
  });

  it('a file that is queued begins the period anew', () => {
    const { clock, connection, wrapper } = scene();
    clock.advance(2);
    void wrapper.sendFile(3, 0, 10);
    clock.advance(2);
    expect(connection.disconnecting).to.equal(false);
    connection.flush();
    expect(connection.output).to.have.length(10);
    clock.advance(1);
    expect(connection.disconnecting).to.equal(true);
  });

  // Twisted: TimeoutProtocolTests.test_cancelTimeout
  it('the protocol inside may cancel the time-out', () => {
    const { clock, connection, wrapper } = scene();
    wrapper.cancelTimeout();
    expect(wrapper.timeOut).to.equal(null);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    clock.advance(100);
    expect(connection.disconnecting).to.equal(false);
  });

  // Twisted: TimeoutProtocolTests.test_cancelTimeoutNoTimeout
  it('`cancelTimeout()` without one does nothing', () => {
    const { clock, wrapper } = scene();
    wrapper.cancelTimeout();
    wrapper.cancelTimeout();
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: TimeoutProtocolTests.test_cancelTimeoutAlreadyCalled
  it('`cancelTimeout()` when the time is up does nothing', () => {
    const { clock, connection, wrapper } = scene();
    clock.advance(3);
    wrapper.cancelTimeout();
    expect(connection.disconnecting).to.equal(true);
  });

  // Twisted: TimeoutProtocolTests.test_cancelTimeoutAlreadyCancelled
  it('`cancelTimeout()` does not mind a call that somebody else has cancelled', () => {
    const { clock, wrapper } = scene();
    clock.getDelayedCalls()[0]?.cancel();
    expect(() => wrapper.cancelTimeout()).not.to.throw();
  });

  it('keeps a period that the protocol inside sets in connectionMade', () => {
    const made = ({ transport }: RecordingProtocol): void => {
      (transport as unknown as TimeoutProtocol).setTimeout(60);
    };
    const { clock, connection, wrapper } = scene({}, { made });
    expect(wrapper.timeOut).to.equal(60);
    clock.advance(59);
    wrapper.resetTimeout();
    clock.advance(59);
    expect(connection.disconnecting).to.equal(false);
    clock.advance(1);
    expect(connection.disconnecting).to.equal(true);
  });

  it('leaves no timer when the connection is lost', () => {
    const { clock, connection } = scene();
    connection.failed(new Error('gone'));
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('leaves no timer when the connection is lost in connectionMade', () => {
    const { clock, connection } = scene({}, { made: ({ transport }) => transport.abortConnection() });
    connection.nextTurn();
    expect(connection.fake.givenUp).to.deep.equal(['with reset']);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('aborts a connection whose close waits in vain for another period: for its producer, here itself', () => {
    const made = ({ transport }: RecordingProtocol): void => transport.registerProducer(transport, true);
    const { clock, connection, inner } = scene({}, { made });
    clock.advance(3);
    connection.flush();
    expect([connection.disconnecting, inner.lost]).to.deep.equal([true, false]);
    clock.advance(2.9);
    connection.nextTurn();
    expect(inner.lost).to.equal(false);
    clock.advance(0.1);
    connection.nextTurn();
    expect(inner.reason?.value).to.be.instanceOf(ConnectionAborted);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('does not abort while the peer takes what is queued, however slowly', () => {
    const { clock, connection, inner } = scene();
    inner.transport.write(Buffer.from('12345678'));
    for (let second = 0; second < 15; second += 3) {
      clock.advance(3);
      connection.flush(1);
    }
    connection.nextTurn();
    expect([connection.disconnecting, inner.lost, connection.output]).to.deep.equal([true, false, '12345']);
    clock.advance(3);
    clock.advance(3);
    connection.nextTurn();
    expect(inner.reason?.value).to.be.instanceOf(ConnectionAborted);
  });

  it('does with an idle connection what `onTimeout` says', () => {
    const { clock, connection, inner } = scene({ onTimeout: (protocol) => protocol.abortConnection() });
    inner.transport.write(Buffer.from('never read'));
    clock.advance(3);
    connection.nextTurn();
    expect(inner.reason?.value).to.be.instanceOf(ConnectionAborted);
  });

  it('waits half an hour unless it is told otherwise', () => {
    const clock = new Clock();
    expect(new TimeoutFactory(new RecordingFactory(), { clock }).timeoutPeriod).to.equal(1800);
  });

  it('a change of `timeoutPeriod` counts for connections made from then on', () => {
    const clock = new Clock();
    const factory = new TimeoutFactory(new RecordingFactory(), { clock, timeoutPeriod: 3 });
    factory.timeoutPeriod = 7;
    const connection = new FakeConnection();
    connection.start(factory.buildProtocol(connection.getPeer())!);
    expect(clock.getDelayedCalls().map((call) => call.getTime())).to.deep.equal([7]);
  });

  it('refuses what is no period', () => {
    const clock = new Clock();
    for (const timeoutPeriod of [0, -1, NaN]) {
      expect(() => new TimeoutFactory(new RecordingFactory(), { clock, timeoutPeriod })).to.throw(RangeError);
    }
  });
});
