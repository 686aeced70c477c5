import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { expect } from 'chai';
import { ConnectionAborted, ConnectionLost } from '../../src/errors/index.js';
import {
  DuplexFactory,
  type DuplexListener,
  DuplexProtocol,
  type TransportDuplex,
  type TransportDuplexOptions,
} from '../../src/protocols/index.js';
import {
  type ConformanceEnvironment,
  type Peer,
  type PeerOptions,
  addressOf,
} from '../../src/testing/conformance/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { FakeConnection } from '../tcp/fake-connection.js';
import { describeOnKernel } from '../tcp/on-kernel.js';

interface Ends {
  readonly stream: TransportDuplex;
  readonly peer: Peer;
  readonly events: readonly string[];
}

interface PairOptions extends TransportDuplexOptions {
  readonly made?: DuplexListener;
  readonly peer?: PeerOptions;
  readonly host?: string;
}

/** A stream over a connection that the reactor has accepted, and the plain socket at its other end. */
async function makePair(env: ConformanceEnvironment, options: PairOptions = {}): Promise<Ends> {
  const { made, peer: peerOptions, host = '127.0.0.1', ...streamOptions } = options;
  const streams: TransportDuplex[] = [];
  const factory = new DuplexFactory((stream) => {
    streams.push(stream);
    return made?.(stream);
  }, streamOptions);
  factory.noisy = false;
  const port = env.reactor.listenTCP(0, factory, { interface: host });
  env.addCleanup(() => port.stopListening());
  const peer = env.peers.connect(addressOf(port), peerOptions);
  await env.drive(() => streams.length > 0);
  const stream = streams[0]!;
  env.addCleanup(() => stream.transport.abortConnection());
  return { stream, peer, events: recordEvents(stream) };
}

/** What a stream emits from now on, without listening to what would change what it does. */
function recordEvents(stream: TransportDuplex): readonly string[] {
  const events: string[] = [];
  for (const event of ['end', 'finish', 'close', 'drain', 'timeout'])
    stream.on(event, () => events.push(event));
  return events;
}

/** The same over a connection in memory, whose kernel the test plays. */
function makeFake(options: TransportDuplexOptions = {}): {
  connection: FakeConnection;
  stream: TransportDuplex;
  events: readonly string[];
} {
  const connection = new FakeConnection();
  const protocol = new DuplexProtocol(options);
  connection.start(protocol);
  return { connection, stream: protocol.duplex, events: recordEvents(protocol.duplex) };
}

/** What streams put off to process.nextTick, and destroy() to setImmediate, is done. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Takes the place of node's setTimeout: one timer, whose time is over when the test says so. */
class TimeoutTrap implements Disposable {
  refreshed = 0;
  #expire: (() => void) | undefined;
  readonly #original = globalThis.setTimeout;

  constructor() {
    const timer = { unref: () => timer, refresh: () => (this.refreshed += 1) };
    const trap = (expire: () => void): typeof timer => {
      this.#expire = expire;
      return timer;
    };
    globalThis.setTimeout = trap as unknown as typeof setTimeout;
  }

  expire(): void {
    this.#expire?.();
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#original;
  }
}

const big = Buffer.alloc(3_000_000, 'All work and no play. ');

describe('TransportDuplex, the reading side', () => {
  it('hands out what comes, and pauses the connection when enough is kept', () => {
    const { connection, stream } = makeFake({ readableHighWaterMark: 10 });
    connection.receive('12345');
    expect(connection.fake.reading).to.equal(true);
    connection.receive('67890');
    expect(connection.fake.reading).to.equal(false);
    expect(stream.readableLength).to.equal(10);

    // All at once up to Node 24, a piece at a time from Node 26 on.
    let read = '';
    for (let piece = stream.read() as unknown; piece !== null; piece = stream.read())
      read += (piece as Buffer).toString();
    expect(read).to.equal('1234567890');
    expect(connection.fake.reading).to.equal(true);
  });

  it('pauses with the reader: pause() stops the peer once enough is kept, resume() lets it go on', async () => {
    const { connection, stream } = makeFake({ readableHighWaterMark: 4 });
    const heard: string[] = [];
    stream.setEncoding('latin1').on('data', (data: string) => heard.push(data));
    await settled();
    connection.receive('one, ');
    expect(connection.fake.reading).to.equal(true);
    stream.pause();
    connection.receive('two, ');
    expect(connection.fake.reading).to.equal(false);
    stream.resume();
    await settled();
    expect([heard.join(''), connection.fake.reading]).to.deep.equal(['one, two, ', true]);
  });

  it('ends after what was kept when the peer has ended, though the connection is over before', async () => {
    const { connection, stream, events } = makeFake();
    connection.receive('last words');
    stream.end();
    await settled();
    connection.flush();
    connection.endOfFile();
    connection.nextTurn();
    await settled();
    expect([connection.connected, events]).to.deep.equal([false, ['finish']]);

    expect(await text(stream)).to.equal('last words');
    await settled();
    expect(events).to.deep.equal(['finish', 'end', 'close']);
  });

  it('says that it has ended though nobody reads, if nothing was kept', async () => {
    const { connection, events } = makeFake();
    connection.endOfFile();
    await settled();
    expect(events).to.deep.equal(['end']);
    expect(connection.connected).to.equal(true);
  });

  it('with allowHalfOpen false ends the writing, too', async () => {
    const { connection, stream, events } = makeFake({ allowHalfOpen: false });
    stream.write('answer');
    connection.endOfFile();
    await settled();
    connection.flush();
    await settled();
    connection.flush();
    connection.nextTurn();
    await settled();
    expect(connection.output).to.equal('answer');
    expect(events).to.deep.equal(['end', 'finish', 'close']);
    expect(connection.fake.givenUp).to.deep.equal(['in order']);
  });
});

describe('TransportDuplex, the writing side', () => {
  it('calls back when the kernel has all, and only then hands over what was written meanwhile', async () => {
    const { connection, stream } = makeFake();
    const sent: string[] = [];
    for (const word of ['one', 'two', 'three']) stream.write(word, () => sent.push(word));
    expect(connection.bytesQueued).to.equal(3);
    connection.flush(2);
    await settled();
    expect(sent).to.deep.equal([]);
    connection.flush();
    await settled();
    expect([sent, connection.bytesQueued]).to.deep.equal([['one'], 8]);
    connection.flush();
    await settled();
    expect([sent, connection.output]).to.deep.equal([['one', 'two', 'three'], 'onetwothree']);
  });

  it('says false from the high-water mark on, and drains when all is sent', async () => {
    const { connection, stream, events } = makeFake({ writableHighWaterMark: 10 });
    expect(stream.write('12345')).to.equal(true);
    expect(stream.write('67890')).to.equal(false);
    expect([stream.writableLength, stream.bytesWritten]).to.deep.equal([10, 10]);
    connection.flush(3);
    await settled();
    expect([stream.writableLength, stream.bytesWritten, events]).to.deep.equal([10, 10, []]);
    connection.flush();
    await settled();
    expect(events).to.deep.equal([]);
    connection.flush();
    await settled();
    expect([events, stream.writableLength, stream.bytesWritten]).to.deep.equal([['drain'], 0, 10]);
  });

  it('sends what was corked as one', async () => {
    const { connection, stream } = makeFake();
    stream.cork();
    for (const word of ['HTTP/1.1 200 OK\r\n', '\r\n', 'hello']) stream.write(word);
    stream.uncork();
    expect(connection.bytesQueued).to.equal(24);
    connection.flush();
    await settled();
    expect(stream.writableLength).to.equal(0);
  });

  it('finishes when FIN is sent, and reads on', async () => {
    const { connection, stream, events } = makeFake();
    stream.end('bye');
    await settled();
    expect(events).to.deep.equal([]);
    connection.flush();
    await settled();
    connection.flush();
    await settled();
    expect(connection.fake.calls.at(-1)).to.equal('shutdownWrite');
    expect(events).to.deep.equal(['finish']);
    connection.receive('hello');
    expect(String(stream.read())).to.equal('hello');
  });

  it('fails what is unsent with what the connection is lost with', async () => {
    const { connection, stream } = makeFake();
    const errors: unknown[] = [];
    stream.on('error', (error) => errors.push(error));
    stream.write('one', (error) => errors.push(error));
    stream.write('two', (error) => errors.push(error));
    connection.failed(Object.assign(new Error('refused'), { code: 'EPIPE' }));
    await settled();
    expect(errors).to.have.length(3);
    expect(stream.errored).to.be.instanceOf(ConnectionLost).with.property('code', 'EPIPE');
    expect(errors).to.include(stream.errored);
  });

  it('logs what a listener throws when all is sent, and loses this connection', async () => {
    const { connection, stream } = makeFake({ writableHighWaterMark: 1 });
    using log = new LogCapture();
    stream.write('x', () => {
      throw new Error('A mistake of the listener');
    });
    connection.flush();
    await settled();
    connection.nextTurn();
    await settled();
    expect(log.records.map(({ properties }) => String(properties['error']))).to.deep.equal([
      'Error: A mistake of the listener',
    ]);
    expect(connection.fake.givenUp).to.deep.equal(['with reset']);
    expect(stream.destroyed).to.equal(true);
  });
});

describe('TransportDuplex, destroyed', () => {
  it('ends the connection in order if nothing is unsent, and closes when it is over', async () => {
    const { connection, stream, events } = makeFake();
    stream.destroy();
    await settled();
    expect(events).to.deep.equal([]);
    connection.flush();
    await settled();
    expect([connection.fake.givenUp, events]).to.deep.equal([['in order'], ['close']]);
  });

  it('sends what was written just before, then ends in order', async () => {
    const { connection, stream } = makeFake();
    stream.write('bye');
    stream.destroy();
    connection.flush();
    await settled();
    connection.flush();
    expect([connection.output, connection.fake.givenUp]).to.deep.equal(['bye', ['in order']]);
  });

  for (const [how, write] of [
    ['the kernel doesn’t take', (stream: TransportDuplex) => void stream.write('bye')],
    [
      'waited for its turn',
      (stream: TransportDuplex) => {
        stream.write('b');
        stream.write('ye');
      },
    ],
  ] as const) {
    it(`resets if something is cut off that ${how}`, async () => {
      const { connection, stream, events } = makeFake();
      write(stream);
      stream.destroy();
      connection.flush(1);
      await settled();
      connection.nextTurn();
      await settled();
      expect(connection.output).to.equal('b');
      expect([connection.fake.givenUp, events]).to.deep.equal([['with reset'], ['close']]);
    });
  }

  it('with an error resets, after what was written just before, and emits the error', async () => {
    const { connection, stream, events } = makeFake();
    const mistake = new Error('A mistake');
    const errors: unknown[] = [];
    stream.on('error', (error) => errors.push(error));
    stream.write('400 Bad Request');
    stream.destroy(mistake);
    connection.flush();
    await settled();
    connection.nextTurn();
    await settled();
    expect(connection.output).to.equal('400 Bad Request');
    expect(connection.fake.givenUp).to.deep.equal(['with reset']);
    expect([errors, events]).to.deep.equal([[mistake], ['close']]);
  });

  for (const [what, most, end] of [
    ['ends in order after what was written just before', Infinity, 'in order'],
    ['resets if something is cut off', 3, 'with reset'],
  ] as const) {
    it(`with an error and resetOnError false ${what}`, async () => {
      const { connection, stream } = makeFake({ resetOnError: false });
      const error = once(stream, 'error');
      stream.write('400 Bad Request');
      stream.destroy(new Error('A mistake'));
      connection.flush(most);
      await settled();
      connection.flush();
      connection.nextTurn();
      await error;
      expect(connection.output).to.equal('400 Bad Request'.slice(0, most));
      expect(connection.fake.givenUp).to.deep.equal([end]);
    });
  }

  it('takes no more input', async () => {
    const { connection, stream } = makeFake();
    stream.destroy();
    expect(connection.fake.reading).to.equal(false);
    connection.dataReceived(Buffer.from('too late'));
    expect(stream.readableLength).to.equal(0);
    connection.flush();
    await settled();
    expect(connection.fake.misuses).to.deep.equal([]);
  });

  it('destroySoon() sends all first', async () => {
    const { connection, stream, events } = makeFake();
    stream.write('one');
    stream.write('two');
    stream.destroySoon();
    for (let turn = 0; turn < 4; turn += 1) {
      connection.flush();
      await settled();
    }
    expect([connection.output, events]).to.deep.equal(['onetwo', ['finish', 'close']]);
    expect(connection.fake.givenUp).to.deep.equal(['in order']);
  });

  it('resetAndDestroy() resets at once, whatever is unsent', async () => {
    const { connection, stream, events } = makeFake();
    stream.write('one');
    stream.resetAndDestroy();
    connection.nextTurn();
    await settled();
    expect([connection.output, connection.fake.givenUp]).to.deep.equal(['', ['with reset']]);
    expect(events).to.deep.equal(['close']);
  });
});

describe('TransportDuplex, when its connection is lost', () => {
  it('emits the error and closes', async () => {
    const { connection, stream, events } = makeFake();
    const error = once(stream, 'error');
    connection.failed(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    const [reason] = (await error) as [unknown];
    expect(reason).to.be.instanceOf(ConnectionLost).with.property('code', 'ECONNRESET');
    await settled();
    expect(events).to.deep.equal(['close']);
  });

  it('only closes if nobody listens to errors: a peer’s reset must not end the process', async () => {
    const { connection, stream, events } = makeFake();
    connection.failed(new Error('reset'));
    await settled();
    expect([events, stream.errored]).to.deep.equal([['close'], null]);
  });

  it('closes without an end if somebody else has closed it', async () => {
    const { connection, stream, events } = makeFake();
    connection.loseConnection();
    connection.flush();
    await settled();
    expect(events).to.deep.equal(['close']);
    expect(stream.errored).to.equal(null);
  });

  it('fails pipeline() and finished() with the reason', async () => {
    const { connection, stream } = makeFake();
    const outcomes = [pipeline(stream, new PassThrough()), finished(stream)].map((promise) =>
      promise.then(String, (error: unknown) => error),
    );
    connection.abortConnection();
    connection.nextTurn();
    for (const outcome of await Promise.all(outcomes)) expect(outcome).to.be.instanceOf(ConnectionAborted);
  });

  it('loses it if a data listener throws; another error listener hears why', async () => {
    const { connection, stream } = makeFake();
    using log = new LogCapture();
    const mistake = new Error('A mistake of the listener');
    stream.on('data', () => {
      throw mistake;
    });
    const error = once(stream, 'error');
    await settled();
    connection.receive('x');
    expect(await error).to.deep.equal([mistake]);
    expect(log.records).to.have.length(1);
    expect(connection.connected).to.equal(false);
  });
});

describe('TransportDuplex.setTimeout()', () => {
  it('emits timeout, and nothing else follows', async () => {
    const { connection, stream, events } = makeFake();
    await new Promise<void>((resolve) => void stream.setTimeout(1, resolve));
    expect([events, stream.timeout, connection.connected]).to.deep.equal([['timeout'], 1, true]);
    expect(stream.listenerCount('timeout')).to.equal(1);
    stream.setTimeout(0);
  });

  it('keeps no timer when it is taken back, when the stream is destroyed, or from then on', () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const { stream } = makeFake();
    const before = timers();
    const listener = (): void => {};
    stream.setTimeout(60_000, listener);
    stream.setTimeout(0, listener);
    expect([timers(), stream.listenerCount('timeout')]).to.deep.equal([before, 1]);
    stream.setTimeout(60_000);
    stream.destroy();
    stream.setTimeout(60_000);
    expect(timers()).to.equal(before);
  });

  it('counts from the last byte in either direction, and not while the peer takes what is unsent', async () => {
    using clock = new TimeoutTrap();
    const { connection, stream, events } = makeFake();
    stream.setTimeout(60_000);
    connection.receive('x');
    expect(clock.refreshed).to.equal(1);
    stream.write('answer');
    connection.flush(2);
    clock.expire();
    await settled();
    expect([clock.refreshed, events]).to.deep.equal([2, []]);
    clock.expire();
    expect(events).to.deep.equal(['timeout']);
    connection.flush();
    await settled();
    expect(clock.refreshed).to.equal(3);
    stream.destroy();
  });

  it('refuses what is no time', () => {
    const { stream } = makeFake();
    expect(() => stream.setTimeout(-1)).to.throw(RangeError, 'timeoutMs must be 0 or more, not -1');
    expect(() => stream.setTimeout(NaN)).to.throw(RangeError);
  });
});

describe('DuplexProtocol', () => {
  it('has no stream before its connection', () => {
    expect(() => new DuplexProtocol().duplex).to.throw('There is no stream before connectionMade');
  });
});

describeOnKernel('TransportDuplex over TCP', (it) => {
  it('knows both addresses, as node:http asks for them, also afterwards', async (env) => {
    const { stream, peer } = await makePair(env);
    const { host, port } = peer.getHost();
    const known = (): unknown[] => [
      [stream.remoteAddress, stream.remotePort, stream.remoteFamily],
      [stream.localAddress, stream.localPort, stream.localFamily],
      stream.address(),
    ];
    const local = peer.getPeer();
    const expected = [
      [host, port, 'IPv4'],
      [local.host, local.port, 'IPv4'],
      { address: local.host, family: 'IPv4', port: local.port },
    ];
    expect(known()).to.deep.equal(expected);
    stream.destroy();
    await env.drive(() => stream.closed);
    expect(known()).to.deep.equal(expected);
  });

  it('knows IPv6 addresses', async (env) => {
    const { stream } = await makePair(env, { host: '::1' });
    expect([stream.remoteAddress, stream.remoteFamily, stream.localFamily]).to.deep.equal([
      '::1',
      'IPv6',
      'IPv6',
    ]);
  });

  it('passes socket options on, and takes them silently when the connection is gone', async (env) => {
    const { stream } = await makePair(env);
    const { transport } = stream;
    expect(stream.setNoDelay().setKeepAlive(true, 30_000)).to.equal(stream);
    expect([transport.getTcpNoDelay(), transport.getTcpKeepAlive()]).to.deep.equal([true, true]);
    stream.setNoDelay(false).setKeepAlive();
    expect([transport.getTcpNoDelay(), transport.getTcpKeepAlive()]).to.deep.equal([false, false]);
    expect(stream.unref().ref()).to.equal(stream);
    stream.destroy();
    await env.drive(() => stream.closed);
    expect(stream.setNoDelay().setKeepAlive(true).ref().unref().setTimeout(5)).to.equal(stream);
  });

  it('tells how far it is open', async (env) => {
    const { stream, peer } = await makePair(env);
    expect(stream.readyState).to.equal('open');
    peer.shutdownWrite();
    await env.drive(() => stream.readableEnded);
    expect(stream.readyState).to.equal('writeOnly');
    stream.end();
    await env.drive(() => stream.closed);
    expect(stream.readyState).to.equal('closed');
  });

  it('carries what is big both ways, whole', async (env) => {
    const { stream, peer, events } = await makePair(env);
    const echoed = pipeline(stream, new PassThrough(), stream);
    peer.send(big);
    peer.shutdownWrite();
    await env.drive(() => peer.sawEnd);
    await echoed;
    expect(peer.received.equals(big)).to.equal(true);
    expect([stream.bytesRead, stream.bytesWritten]).to.deep.equal([big.length, big.length]);
    await env.drive(() => stream.closed);
    expect(events.filter((event) => event !== 'drain')).to.deep.equal(['end', 'finish', 'close']);
  });

  it('makes the source wait for a peer that doesn’t read, and lets it go on', async (env) => {
    const { stream, peer } = await makePair(env);
    peer.stopReading();
    let produced = 0;
    const source = Readable.from(
      (function* () {
        for (; produced < 600; produced += 1) yield Buffer.alloc(65_536, produced);
      })(),
    );
    const copied = pipeline(source, stream);
    // Stuck when it produces no more, round after round.
    for (let before = -1; before !== produced;) {
      before = produced;
      await env.drive.turns(50);
    }
    expect(produced).to.be.lessThan(600);
    expect(stream.writableLength).to.be.within(1, 3 * 65_536);
    peer.resumeReading();
    await env.drive(() => peer.sawEnd);
    await copied;
    expect(peer.bytesReceived).to.equal(600 * 65_536);
  });

  it('destroy(error), as a failing pipeline() calls it, resets the peer', async (env) => {
    const { stream, peer } = await makePair(env);
    const mistake = new Error('The source has failed');
    const source = new Readable({ read: () => void source.destroy(mistake) });
    const error = await pipeline(source, stream).catch((reason: unknown) => reason);
    expect(error).to.equal(mistake);
    await env.drive(() => peer.sawReset);
    await env.drive(() => stream.closed);
  });

  it('destroy() lets the peer see an end, though it has sent what nobody reads', async (env) => {
    const { stream, peer } = await makePair(env);
    peer.send('Is anybody there?');
    await env.drive(() => stream.readableLength > 0);
    stream.write('bye');
    stream.destroy();
    await env.drive(() => peer.sawClose);
    expect([peer.received.toString(), peer.sawReset]).to.deep.equal(['bye', false]);
  });

  it('a peer’s reset is an error with ECONNRESET', async (env) => {
    const { stream, peer } = await makePair(env);
    const lost = buffer(stream).catch((error: unknown) => error);
    peer.reset();
    await env.drive(() => stream.closed);
    expect(await lost)
      .to.be.instanceOf(ConnectionLost)
      .with.property('code', 'ECONNRESET');
  });

  it('what the factory’s function throws is logged, and costs that connection', async (env) => {
    const { stream, peer } = await makePair(env, {
      made: () => {
        throw new Error('A mistake');
      },
    });
    await env.drive(() => peer.sawClose);
    expect(stream.destroyed).to.equal(true);
    expect(env.log.flushErrors(Error)).to.have.length(1);
  });
});
