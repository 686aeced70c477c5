import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { Failure } from '../../../src/defer/index.js';
import { ConnectionAborted, ConnectionDone, ConnectionLost } from '../../../src/errors/index.js';
import type { IHalfCloseableProtocol, IProtocol, ITCPTransport } from '../../../src/interfaces/index.js';
import { Protocol, ProtocolWrapper, WrappingFactory } from '../../../src/protocols/index.js';
import { LogCapture } from '../../../src/testing/index.js';
import {
  type ConformanceEnvironment,
  type Peer,
  type ProtocolHooks,
  RecordingFactory,
  RecordingHalfCloseProtocol,
  RecordingProtocol,
  makeServerPair,
} from '../../../src/testing/conformance/index.js';
import { FakeConnection } from '../../tcp/fake-connection.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';
import { recordingTcpTransport } from './recording-tcp-transport.js';

interface Wrapped {
  readonly connection: FakeConnection;
  readonly wrapper: ProtocolWrapper<RecordingProtocol>;
  readonly inner: RecordingProtocol;
  readonly factory: WrappingFactory<RecordingProtocol>;
}

function wrap(inner: RecordingProtocol = new RecordingProtocol()): Wrapped {
  const connection = new FakeConnection();
  const factory = new WrappingFactory(new RecordingFactory({ build: () => inner }));
  const wrapper = factory.buildProtocol(connection.getPeer()) as ProtocolWrapper<RecordingProtocol>;
  return { connection, wrapper, inner, factory };
}

function connectWrapped(hooks: ProtocolHooks = {}, halfClose = false): Wrapped {
  const wrapped = wrap(halfClose ? new RecordingHalfCloseProtocol(hooks) : new RecordingProtocol(hooks));
  wrapped.connection.start(wrapped.wrapper);
  return wrapped;
}

const producer = { pauseProducing() {}, resumeProducing() {}, stopProducing() {} };
const pieces = [Buffer.from('a'), Buffer.from('b')];

const properties = {
  connected: true,
  bytesRead: 1,
  bytesWritten: 2,
  bytesQueued: 3,
  writeBufferSize: 4,
  events: { on() {}, once() {}, off() {} },
};

type Method = Exclude<
  keyof ITCPTransport,
  keyof typeof properties | 'ref' | 'unref' | typeof Symbol.asyncDispose
>;

/** All other methods of a transport, with arguments: the compiler says if one is missing. */
const methods: Readonly<Record<Method, readonly unknown[]>> = {
  write: [Buffer.from('x')],
  writeSequence: [pieces],
  sendFile: [3, 4, 5, { signal: AbortSignal.abort() }],
  loseConnection: [{ reason: new Error('no more') }],
  loseWriteConnection: [],
  abortConnection: [],
  detach: [],
  drained: [],
  whenLost: [],
  // Twisted: WrapperTests.test_registerProducer
  registerProducer: [producer, true],
  // Twisted: WrapperTests.test_unregisterProducer
  unregisterProducer: [],
  // Twisted: WrapperTests.test_stopConsuming
  stopConsuming: [],
  pauseProducing: [],
  resumeProducing: [],
  stopProducing: [],
  // Twisted: WrapperTests.test_getPeer
  getPeer: [],
  // Twisted: WrapperTests.test_getHost
  getHost: [],
  getTcpNoDelay: [],
  setTcpNoDelay: [true],
  getTcpKeepAlive: [],
  setTcpKeepAlive: [true, { idleMs: 1000 }],
  getTcpUserTimeout: [],
  setTcpUserTimeout: [5],
  getTcpInfo: [],
  getSocketOption: [1, 2],
  setSocketOption: [1, 2, 3],
  fileno: [],
};

const withAnswer: readonly Method[] = [
  ...([
    'write',
    'writeSequence',
    'sendFile',
    'detach',
    'drained',
    'whenLost',
    'getPeer',
    'getHost',
    'fileno',
  ] as const),
  ...(['getTcpNoDelay', 'getTcpKeepAlive', 'getTcpUserTimeout', 'getTcpInfo', 'getSocketOption'] as const),
];

describe('ProtocolWrapper as a transport', () => {
  for (const [name, args] of Object.entries(methods) as [Method, readonly unknown[]][]) {
    it(`passes ${name}() on, and its answer back`, () => {
      const { transport, asked } = recordingTcpTransport();
      const { wrapper } = wrap();
      void wrapper.makeConnection(transport);
      const wrapperMethods = wrapper as unknown as Record<Method, (...args: readonly unknown[]) => unknown>;
      const answer = wrapperMethods[name](...args);
      expect(asked).to.deep.equal([[name, ...args]]);
      expect(answer).to.equal(withAnswer.includes(name) ? `answer of ${name}` : undefined);
    });
  }

  it('answers itself, not the transport, from ref() and unref()', () => {
    const { transport, asked } = recordingTcpTransport();
    const { wrapper } = wrap();
    void wrapper.makeConnection(transport);
    expect(wrapper.unref()).to.equal(wrapper);
    expect(wrapper.ref()).to.equal(wrapper);
    expect(asked).to.deep.equal([['unref'], ['ref']]);
  });

  // Twisted: WrapperTests.test_transportInterfaces
  it('has the properties of the transport, and the type of a TCP connection', () => {
    const { transport, asked } = recordingTcpTransport({ ...properties, disconnecting: true });
    const { wrapper } = wrap();
    void wrapper.makeConnection(transport);
    for (const [name, value] of Object.entries(properties)) expect(wrapper).to.have.property(name, value);
    expect(wrapper.disconnecting).to.equal(true);
    wrapper.writeBufferSize = 99;
    expect(asked).to.deep.equal([['writeBufferSize', 99]]);
    expectTypeOf<ProtocolWrapper>().toExtend<ITCPTransport>();
  });

  it('`await using` waits until the connection is lost', async () => {
    const { wrapper, connection, inner } = connectWrapped();
    const disposed = wrapper[Symbol.asyncDispose]();
    expect(connection.disconnecting).to.equal(true);
    expect(wrapper.disconnecting).to.equal(true);
    connection.flush();
    await disposed;
    expect(inner.lost).to.equal(true);
  });

  it('has no transport before it is connected, and says so', () => {
    expect(() => wrap().wrapper.write(Buffer.from('x'))).to.throw(Error, 'has no transport');
  });
});

describe('ProtocolWrapper as a protocol', () => {
  it('is the transport of the protocol inside, and passes its events on in order', () => {
    const { connection, wrapper, inner } = connectWrapped();
    expect(inner.transport).to.equal(wrapper);
    connection.receive('hello');
    inner.transport.write(Buffer.from('world'));
    connection.flush();
    inner.transport.loseConnection();
    connection.flush();
    expect(inner.events).to.deep.equal(['made', 'data', 'lost']);
    expect(inner.received.toString()).to.equal('hello');
    expect(connection.output).to.equal('world');
    expect(inner.reason?.value).to.be.instanceOf(ConnectionDone);
    expect(wrapper.wrappedProtocol).to.equal(inner);
  });

  it('passes on what the callbacks answer, so that a rejection costs the connection', async () => {
    using log = new LogCapture();
    const boom = new Error('boom');
    const { connection, inner } = connectWrapped({ data: () => Promise.reject(boom) });
    connection.receive('x');
    await new Promise((resolve) => setImmediate(resolve));
    expect(inner.reason?.value).to.equal(boom);
    expect(log.flushErrors()).to.have.length(1);
  });

  for (const hook of ['made', 'data', 'readLost', 'writeLost'] as const) {
    it(`loses the connection with what the protocol inside throws in ${hook}, logged once`, () => {
      using log = new LogCapture();
      const boom = new Error('boom');
      const { connection, inner, factory } = connectWrapped(
        {
          [hook]: () => {
            throw boom;
          },
        },
        true,
      );
      if (hook === 'data') connection.receive('x');
      if (hook === 'readLost') connection.endOfFile();
      if (hook === 'writeLost') {
        inner.transport.loseWriteConnection();
        connection.flush();
      }
      expect(inner.reason?.value).to.equal(boom);
      expect(inner.events.filter((event) => event === 'lost')).to.have.length(1);
      expect(factory.protocols.size).to.equal(0);
      expect(log.flushErrors()).to.have.length(1);
    });
  }

  it('is accounted for before the protocol inside hears of its connection, and not after it has lost it', () => {
    const sizes: number[] = [];
    const note = (): void => void sizes.push(factory.protocols.size);
    const { factory, connection, wrapper } = wrap(new RecordingProtocol({ made: note, lost: note }));
    connection.start(wrapper);
    expect([...factory.protocols]).to.deep.equal([wrapper]);
    connection.failed(new Error('gone'));
    expect(sizes).to.deep.equal([1, 0]);
  });

  it('is not accounted for any more if the protocol inside throws in connectionLost', () => {
    using log = new LogCapture();
    const { connection, factory } = connectWrapped({
      lost: () => {
        throw new Error('boom');
      },
    });
    connection.failed(new Error('gone'));
    expect(factory.protocols.size).to.equal(0);
    expect(log.flushErrors()).to.have.length(1);
  });

  it('abortConnection() by the protocol inside is told in a later turn, with ConnectionAborted', () => {
    const { connection, inner } = connectWrapped({
      data: (protocol) => protocol.transport.abortConnection(),
    });
    connection.receive('x');
    expect(inner.lost).to.equal(false);
    connection.nextTurn();
    expect(inner.reason?.value).to.be.instanceOf(ConnectionAborted);
    expect(connection.fake.givenUp).to.deep.equal(['with reset']);
  });

  // Twisted: WrapperTests.test_protocolLogPrefixFallback
  it('has a log prefix of what is inside and its own class', () => {
    class Accepted extends Protocol {
      override logPrefix(): string {
        return 'Receive';
      }
    }
    class Bare implements IProtocol {
      makeConnection(): void {}
      connectionMade(): void {}
      dataReceived(): void {}
      connectionLost(): void {}
    }
    const factory: WrappingFactory = new WrappingFactory<IProtocol>(new RecordingFactory());
    expect(new ProtocolWrapper(factory, new Accepted()).logPrefix()).to.equal('Receive (ProtocolWrapper)');
    expect(new ProtocolWrapper(factory, new Bare()).logPrefix()).to.equal('Bare (ProtocolWrapper)');
  });
});

describe('ProtocolWrapper and half-closes', () => {
  it('takes them exactly if the protocol inside does', () => {
    const { wrapper: full } = wrap(new RecordingProtocol());
    const { wrapper: half } = wrap(new RecordingHalfCloseProtocol());
    for (const name of ['readConnectionLost', 'writeConnectionLost']) {
      expect(name in full).to.equal(false);
      expect(name in half).to.equal(true);
    }
    expectTypeOf(half).not.toExtend<IHalfCloseableProtocol>();
  });

  it('takes them through several wrappers', () => {
    const outer = new WrappingFactory(
      new WrappingFactory(new RecordingFactory({ build: () => new RecordingHalfCloseProtocol() })),
    );
    expect('readConnectionLost' in outer.buildProtocol(new FakeConnection().getPeer())!).to.equal(true);
  });

  it('tells the protocol inside of each, and the connection goes on', () => {
    const { connection, inner } = connectWrapped({}, true);
    connection.endOfFile();
    expect(inner.events).to.deep.equal(['made', 'readLost']);
    inner.transport.write(Buffer.from('rest'));
    inner.transport.loseWriteConnection();
    connection.flush();
    expect(inner.events).to.deep.equal(['made', 'readLost', 'writeLost']);
    connection.nextTurn();
    expect(inner.events).to.deep.equal(['made', 'readLost', 'writeLost', 'lost']);
    expect(connection.output).to.equal('rest');
  });

  it('without them the peer’s end is the end of the connection', () => {
    const { connection, inner } = connectWrapped();
    connection.endOfFile();
    expect(inner.events).to.deep.equal(['made', 'lost']);
  });
});

describeOnKernel('ProtocolWrapper on a real connection', (it) => {
  it('is paused and resumed as its own producer, and nothing is lost', async (env) => {
    const inner = new RecordingFactory({
      build: () =>
        new RecordingProtocol({
          made: ({ transport }) => transport.registerProducer(transport, true),
          data: ({ transport }, data) => void transport.write(data),
        }),
    });
    const port = env.reactor.listenTCP(0, new WrappingFactory(inner), { interface: '127.0.0.1' });
    env.addCleanup(() => port.stopListening());
    env.abortAfterwards(inner);
    const peer = env.peers.connect(port.getHost(), { receiveBufferBytes: 65_536 });
    const data = Buffer.alloc(20_000_000, 'echo');
    peer.send(data);
    peer.stopReading();
    await env.drive(() => inner.protocols[0]?.made === true);
    const { transport } = inner.protocols[0] as RecordingProtocol;
    await env.drive(() => transport.bytesQueued > transport.writeBufferSize);
    await env.drive.turns(20);
    expect(transport.bytesRead).to.be.below(data.length);
    peer.resumeReading();
    await env.drive(() => peer.bytesReceived === data.length);
    expect(peer.received.equals(data)).to.equal(true);
    peer.close();
    await env.drive(() => inner.protocols[0]?.lost === true);
  });

  /** A client of a port whose protocol is wrapped twice. */
  async function wrappedTwice(
    env: ConformanceEnvironment,
    hooks: ProtocolHooks,
  ): Promise<{ peer: Peer; protocol: RecordingProtocol }> {
    const inner = new RecordingFactory({ build: () => new RecordingHalfCloseProtocol(hooks) });
    const factory = new WrappingFactory(new WrappingFactory(inner));
    const port = env.reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
    env.addCleanup(() => port.stopListening());
    env.abortAfterwards(inner);
    const peer = env.peers.connect(port.getHost());
    await env.drive(() => inner.protocols[0]?.made === true);
    return { peer, protocol: inner.protocols[0] as RecordingProtocol };
  }

  it('brings each direction’s end through two wrappers', async (env) => {
    const { peer, protocol } = await wrappedTwice(env, {
      readLost: ({ transport }) => {
        transport.write(Buffer.from('bye'));
        transport.loseWriteConnection();
      },
    });
    peer.send('hello');
    peer.shutdownWrite();
    await env.drive(() => protocol.lost && peer.sawEnd);
    expect(protocol.events).to.deep.equal(['made', 'data', 'readLost', 'writeLost', 'lost']);
    expect([peer.received.toString(), peer.sawReset]).to.deep.equal(['bye', false]);
  });

  it('brings an abort through two wrappers', async (env) => {
    const { peer, protocol } = await wrappedTwice(env, {
      data: ({ transport }) => transport.abortConnection(),
    });
    peer.send('hello');
    await env.drive(() => protocol.lost && peer.sawReset);
    expect(protocol.events).to.deep.equal(['made', 'data', 'lost']);
    expect(protocol.reentered).to.deep.equal([]);
  });

  it('brings what the protocol throws to the transport, which logs it once', async (env) => {
    const boom = new Error('boom');
    const { peer, protocol } = await wrappedTwice(env, {
      data: () => {
        throw boom;
      },
    });
    peer.send('hello');
    await env.drive(() => protocol.lost && peer.sawClose);
    expect(protocol.reason?.value).to.equal(boom);
    expect(env.log.flushErrors()).to.have.length(1);
  });

  it('knows the socket’s options and addresses', async (env) => {
    const plain = await makeServerPair(env);
    const { wrapper, inner } = wrap();
    void wrapper.makeConnection(plain.transport);
    inner.transport.setTcpNoDelay(true);
    expect(plain.transport.getTcpNoDelay()).to.equal(true);
    expect(inner.transport.getTcpNoDelay()).to.equal(true);
    expect(inner.transport.getTcpInfo().state).to.equal('ESTABLISHED');
    expect(inner.transport.getPeer().equals(plain.transport.getPeer())).to.equal(true);
    expect(inner.transport.fileno()).to.equal(plain.transport.fileno());
    void wrapper.connectionLost(new Failure(new ConnectionLost()));
    expect(inner.lost).to.equal(true);
  });
});
