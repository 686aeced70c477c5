import { expect } from 'chai';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectTypeOf } from 'expect-type';
import { IPv4Address, IPv6Address } from '../../../src/address/index.js';
import { CancelledError } from '../../../src/defer/index.js';
import {
  ConnectionAborted,
  ConnectionDone,
  FileSendError,
  NotConnectedError,
} from '../../../src/errors/index.js';
import type { IConsumer, IPushProducer, ITCPTransport } from '../../../src/interfaces/index.js';
import {
  AccumulatingProtocol,
  StringTransport,
  StringTransportWithDisconnection,
  assertNoResult,
  failureResultOf,
  successResultOf,
} from '../../../src/testing/index.js';

const producer: IPushProducer = {
  pauseProducing: () => undefined,
  resumeProducing: () => undefined,
  stopProducing: () => undefined,
};

describe('StringTransport', () => {
  let transport: StringTransport;

  beforeEach(() => {
    transport = new StringTransport();
  });

  it('is a transport, a push producer and a consumer', () => {
    // Twisted: StringTransportTests.test_interfaces
    expectTypeOf(transport).toExtend<ITCPTransport & IPushProducer & IConsumer>();
    const protocol = new AccumulatingProtocol();
    void protocol.makeConnection(transport);
    expect(protocol.transport).to.equal(transport);
  });

  it('keeps what is written, until it is told to forget it', () => {
    expect(transport.write(Buffer.from('one '))).to.equal(true);
    expect(transport.writeSequence([Buffer.from('two '), Buffer.from('three')])).to.equal(true);
    expect(transport.value().toString()).to.equal('one two three');
    transport.clear();
    expect(transport.value()).to.have.length(0);
    transport.write(Buffer.from('four'));
    expect(transport.value().toString()).to.equal('four');
    expect(transport.bytesWritten).to.equal(17);
    expect(String(transport)).to.equal('<StringTransport, 17 bytes written>');
  });

  it('keeps a copy: the writer may use its memory again', () => {
    const memory = Buffer.from('first');
    transport.write(memory);
    memory.fill('x');
    expect(transport.value().toString()).to.equal('first');
  });

  describe('sendFile()', () => {
    let fd: number;

    beforeEach(() => {
      const folder = mkdtempSync(join(tmpdir(), 'heddle-'));
      fd = openSync(join(folder, 'file'), 'w+');
      rmSync(folder, { recursive: true });
      writeSync(fd, 'x'.repeat(100_000));
    });
    afterEach(() => closeSync(fd));

    it('keeps what the file has, at once', () => {
      transport.write(Buffer.from('<'));
      successResultOf(transport.sendFile({ fd }, 10, 90_000));
      expect(transport.value().toString()).to.equal(`<${'x'.repeat(90_000)}`);
      expect(transport.bytesWritten).to.equal(90_001);
    });

    it('aborts the connection when the file is too short, or no file', () => {
      const short = failureResultOf(transport.sendFile(fd, 99_999, 10));
      expect(short.value).to.be.instanceOf(FileSendError).with.property('bytesMissing', 9);
      expect(transport.aborted).to.equal(true);
      const other = new StringTransport();
      const handle = { fd };
      Object.defineProperty(handle, 'fd', { get: () => 1_000_000 });
      expect(failureResultOf(other.sendFile(handle, 0, 1)).value).to.have.property('code', 'EBADF');
      expect(other.aborted).to.equal(true);
    });

    it('sends nothing after the end, and nothing that is cancelled already', () => {
      const signal = AbortSignal.abort();
      expect(failureResultOf(transport.sendFile(fd, 0, 1, { signal })).value).to.be.instanceOf(
        CancelledError,
      );
      expect(transport.aborted).to.equal(false);
      transport.abortConnection();
      expect(failureResultOf(transport.sendFile(fd, 0, 1)).value).to.be.instanceOf(NotConnectedError);
      expect(transport.value()).to.have.length(0);
      expect(() => transport.sendFile(-1, 0, 1)).to.throw(RangeError);
    });
  });

  it('takes nothing but bytes', () => {
    const text = 'text' as unknown as Uint8Array;
    expect(() => transport.write(text)).to.throw(TypeError, 'Buffer.from');
    expect(() => transport.writeSequence([Buffer.from('a'), text])).to.throw(TypeError);
    expect(transport.value()).to.have.length(0);
  });

  it('says that it was told to close, calls nobody, and takes writes still', () => {
    transport.loseConnection();
    expect(transport.disconnecting).to.equal(true);
    expect([transport.disconnected, transport.connected]).to.deep.equal([false, true]);
    assertNoResult(transport.whenLost());
    expect(transport.write(Buffer.from('late'))).to.equal(true);
  });

  it('keeps the first reason that it was told to close with', () => {
    const reason = new RangeError('too much');
    transport.loseConnection({ reason });
    transport.loseConnection({ reason: new TypeError('too late') });
    expect(transport.loseReason).to.equal(reason);
  });

  it('is over once it is aborted: it takes no more writes', () => {
    const lost = transport.whenLost();
    transport.abortConnection();
    expect([transport.aborted, transport.disconnected, transport.connected]).to.deep.equal([
      true,
      true,
      false,
    ]);
    successResultOf(lost);
    successResultOf(transport.whenLost());
    expect(transport.write(Buffer.from('late'))).to.equal(false);
    expect(transport.value()).to.have.length(0);
  });

  it('takes no more writes after `loseWriteConnection()`', () => {
    transport.loseWriteConnection();
    expect(transport.writeEnded).to.equal(true);
    expect(transport.write(Buffer.from('late'))).to.equal(false);
  });

  it('keeps the producer that is registered', () => {
    // Twisted: StringTransportTests.test_registerProducer
    transport.registerProducer(producer, true);
    expect(transport.producer).to.equal(producer);
    expect(transport.streaming).to.equal(true);
  });

  it('throws when a second producer is registered, and keeps the first', () => {
    // Twisted: StringTransportTests.test_disallowedRegisterProducer
    transport.registerProducer(producer, true);
    expect(() => transport.registerProducer({ ...producer }, false)).to.throw('registered already');
    expect(transport.producer).to.equal(producer);
    expect(transport.streaming).to.equal(true);
  });

  it('forgets a producer that is unregistered, so that there can be another', () => {
    // Twisted: StringTransportTests.test_unregisterProducer
    transport.registerProducer(producer, true);
    transport.unregisterProducer();
    expect(transport.producer).to.equal(undefined);
    const other = { ...producer };
    transport.registerProducer(other, false);
    expect(transport.producer).to.equal(other);
    expect(transport.streaming).to.equal(false);
  });

  it('throws when there is no producer to unregister', () => {
    // Twisted: StringTransportTests.test_invalidUnregisterProducer
    expect(() => transport.unregisterProducer()).to.throw('No producer is registered');
  });

  it('`stopConsuming()` unregisters the producer and closes', () => {
    transport.registerProducer(producer, true);
    transport.stopConsuming();
    expect(transport.producer).to.equal(undefined);
    expect(transport.disconnecting).to.equal(true);
    transport.stopConsuming();
  });

  it('is producing at first', () => {
    // Twisted: StringTransportTests.test_initialProducerState
    expect(transport.producerState).to.equal('producing');
  });

  it('says that it is paused, and resumed', () => {
    // Twisted: StringTransportTests.test_resumeProducing
    transport.pauseProducing();
    expect(transport.producerState).to.equal('paused');
    transport.resumeProducing();
    expect(transport.producerState).to.equal('producing');
  });

  it('says that it is stopped', () => {
    // Twisted: StringTransportTests.test_stopProducing
    transport.stopProducing();
    expect(transport.producerState).to.equal('stopped');
    expect(transport.disconnecting).to.equal(true);
  });

  it('throws when it is paused or resumed after it was stopped, lenient or not', () => {
    // Twisted: StringTransportTests.test_stoppedTransportCannotPause
    for (const lenient of [false, true]) {
      const stopped = new StringTransport({ lenient });
      stopped.stopProducing();
      expect(() => stopped.pauseProducing()).to.throw("Can't pause");
      expect(() => stopped.resumeProducing()).to.throw("Can't resume");
      expect(stopped.producerState).to.equal('stopped');
    }
  });

  it('throws when it is paused after `loseConnection()`', () => {
    // Twisted: StringTransportTests.test_disconnectingTransportCannotPause
    transport.loseConnection();
    expect(() => transport.pauseProducing()).to.throw("Can't pause after loseConnection()");
  });

  it('throws when it is resumed after `loseConnection()`', () => {
    // Twisted: StringTransportTests.test_disconnectingTransportCannotResume
    transport.loseConnection();
    expect(() => transport.resumeProducing()).to.throw("Can't resume after loseConnection()");
  });

  it('allows both after `loseConnection()` if it is lenient', () => {
    const lenient = new StringTransport({ lenient: true });
    lenient.loseConnection();
    lenient.pauseProducing();
    expect(lenient.producerState).to.equal('paused');
    lenient.resumeProducing();
    expect(lenient.producerState).to.equal('producing');
  });

  it('has the addresses that it is given', () => {
    // Twisted: StringTransportTests.test_specifiedHostAddress
    const hostAddress = new IPv6Address('TCP', '::1', 1);
    const peerAddress = new IPv6Address('TCP', '::1', 2);
    const given = new StringTransport({ hostAddress, peerAddress });
    expect(given.getHost()).to.equal(hostAddress);
    expect(given.getPeer()).to.equal(peerAddress);
  });

  it('has addresses of its own otherwise', () => {
    // Twisted: StringTransportTests.test_defaultHostAddress, StringTransportTests.test_defaultPeerAddress
    expect(transport.getHost()).to.deep.equal(new IPv4Address('TCP', '10.0.0.1', 12_345));
    expect(transport.getPeer()).to.deep.equal(new IPv4Address('TCP', '192.168.1.1', 54_321));
  });

  it('keeps socket options, and has neither queue nor descriptor', () => {
    transport.setTcpNoDelay(true);
    transport.setTcpKeepAlive(true, { idleMs: 1500 });
    transport.setTcpUserTimeout(10);
    expect([transport.getTcpNoDelay(), transport.getTcpKeepAlive()]).to.deep.equal([true, true]);
    expect(transport.getTcpUserTimeout()).to.equal(10);
    transport.setSocketOption(1, 9, Buffer.from([0, 0, 0, 0]));
    expect([transport.getTcpKeepAlive(), transport.getSocketOption(1, 9)]).to.deep.equal([false, 0]);
    expect(() => transport.getTcpInfo()).to.throw('ENOPROTOOPT');
    expect(() => transport.detach()).to.throw('no descriptor');
    expect(transport.fileno()).to.equal(-1);
    successResultOf(transport.drained());
    expect(transport.ref().unref()).to.equal(transport);
  });

  it('lets a test tell what a real transport would tell by events', () => {
    const told: unknown[] = [];
    transport.events.on('hangUp', (how) => told.push(how));
    transport.events.emit('hangUp', 'reset');
    expect(told).to.deep.equal(['reset']);
  });

  it('`await using` closes it', async () => {
    {
      await using used = transport;
      expect(used.disconnecting).to.equal(false);
    }
    expect(transport.disconnecting).to.equal(true);
  });
});

describe('StringTransportWithDisconnection', () => {
  it('`loseConnection()` ends the connection, once', () => {
    const transport = new StringTransportWithDisconnection();
    const protocol = new AccumulatingProtocol();
    transport.protocol = protocol;
    void protocol.makeConnection(transport);
    transport.loseConnection();
    expect(protocol.closedReason?.value).to.be.instanceOf(ConnectionDone);
    expect(protocol.closedReason?.getErrorMessage()).to.contain('Bye');
    expect([transport.disconnecting, transport.disconnected, protocol.connected]).to.deep.equal([
      true,
      true,
      false,
    ]);
    transport.loseConnection();
    transport.abortConnection();
    successResultOf(transport.whenLost());
  });

  it('`loseConnection()` with a reason ends it with that', () => {
    const transport = new StringTransportWithDisconnection();
    const protocol = new AccumulatingProtocol();
    transport.protocol = protocol;
    const reason = new RangeError('too much');
    transport.loseConnection({ reason });
    expect(protocol.closedReason?.value).to.equal(reason);
  });

  it('`abortConnection()` ends it as aborted', () => {
    const transport = new StringTransportWithDisconnection();
    const protocol = new AccumulatingProtocol();
    transport.protocol = protocol;
    void protocol.makeConnection(transport);
    transport.abortConnection();
    expect(protocol.closedReason?.value).to.be.instanceOf(ConnectionAborted);
    expect(transport.aborted).to.equal(true);
  });

  it('throws if nobody is there to be told', () => {
    expect(() => new StringTransportWithDisconnection().loseConnection()).to.throw('Set `protocol`');
  });
});
