import { expect } from 'chai';
import { ConnectionLost } from '../../../src/errors/index.js';
import type { IPullProducer, IPushProducer } from '../../../src/interfaces/index.js';
import {
  ThrottlingFactory,
  type ThrottlingOptions,
  type ThrottlingProtocol,
} from '../../../src/protocols/index.js';
import { LogCapture } from '../../../src/testing/index.js';
import {
  type ProtocolHooks,
  RecordingFactory,
  RecordingProtocol,
} from '../../../src/testing/conformance/index.js';
import { Clock } from '../../../src/time/index.js';
import { FakeConnection } from '../../tcp/fake-connection.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';

interface Throttled {
  readonly connection: FakeConnection;
  readonly wrapper: ThrottlingProtocol<RecordingProtocol>;
  readonly inner: RecordingProtocol;
}

class Scene {
  readonly clock = new Clock();
  readonly hooks: ProtocolHooks = {};
  readonly factory: ThrottlingFactory<RecordingProtocol>;

  constructor(options: Omit<ThrottlingOptions, 'clock'>) {
    const build = (): RecordingProtocol => new RecordingProtocol(this.hooks);
    this.factory = new ThrottlingFactory(new RecordingFactory({ build }), { clock: this.clock, ...options });
  }

  connect(): Throttled {
    const connection = new FakeConnection();
    const wrapper = this.factory.buildProtocol(connection.getPeer()) as ThrottlingProtocol<RecordingProtocol>;
    connection.start(wrapper);
    return { connection, wrapper, inner: wrapper.wrappedProtocol };
  }
}

/** A producer of either kind that keeps what it is told. */
class RecordingProducer implements IPushProducer, IPullProducer {
  readonly told: string[] = [];
  pauseProducing(): void {
    this.told.push('pause');
  }
  resumeProducing(): void {
    this.told.push('resume');
  }
  stopProducing(): void {
    this.told.push('stop');
  }
}

const twenty = Buffer.alloc(20, 'x');

describe('ThrottlingFactory', () => {
  it('refuses those above maxConnectionCount, and has a place again when one is lost', () => {
    const scene = new Scene({ maxConnectionCount: 2 });
    const first = scene.connect();
    scene.connect();
    expect(scene.factory.buildProtocol(first.connection.getPeer())).to.equal(null);
    first.connection.failed(new Error('gone'));
    expect(scene.factory.buildProtocol(first.connection.getPeer())).not.to.equal(null);
  });

  it('without limits passes everything on, and has no timer', () => {
    const scene = new Scene({});
    const { connection, inner } = scene.connect();
    expect(inner.transport.write(twenty)).to.equal(true);
    connection.receive('x'.repeat(1000));
    connection.flush();
    expect([connection.output.length, inner.received.length]).to.deep.equal([20, 1000]);
    expect(scene.clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('refuses limits that let nothing pass', () => {
    expect(() => new Scene({ readLimit: 0 })).to.throw(RangeError);
    expect(() => new Scene({ writeLimit: -5 })).to.throw(RangeError);
  });

  it('leaves no timer when the last connection is gone', () => {
    const scene = new Scene({ readLimit: 10, writeLimit: 10 });
    const connections = [scene.connect(), scene.connect()];
    for (const { connection, inner } of connections) {
      connection.receive('x'.repeat(20));
      inner.transport.write(twenty);
    }
    connections[0]?.connection.failed(new Error('gone'));
    expect(scene.clock.getDelayedCalls()).to.have.length(2);
    connections[1]?.connection.failed(new Error('gone'));
    expect(scene.clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('counts a file when it is queued, all of it', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { connection, inner } = scene.connect();
    void inner.transport.sendFile(3, 0, 30);
    expect(inner.transport.write(Buffer.from('x'))).to.equal(false);
    connection.flush();
    expect(connection.output).to.have.length(30);
    scene.clock.advance(1);
    expect(inner.transport.write(Buffer.from('x'))).to.equal(false);
    scene.clock.advance(3);
    expect(inner.transport.write(Buffer.from('x'))).to.equal(true);
  });

  it('does not count what is written after the end', () => {
    const scene = new Scene({ writeLimit: 10 });
    scene.hooks.lost = ({ transport }) => void transport.write(twenty);
    scene.connect().connection.failed(new Error('gone'));
    expect(scene.clock.getDelayedCalls()).to.deep.equal([]);
  });
});

describe('ThrottlingFactory: reads', () => {
  it('pauses all connections after a second above the limit, for as long as the excess takes', () => {
    const scene = new Scene({ readLimit: 10 });
    const [one, other] = [scene.connect(), scene.connect()];
    one.connection.receive('x'.repeat(15));
    other.connection.receive('x'.repeat(5));
    expect(one.connection.fake.reading).to.equal(true);
    scene.clock.advance(1);
    expect([one.connection.fake.reading, other.connection.fake.reading]).to.deep.equal([false, false]);
    scene.clock.advance(0.9);
    expect(one.connection.fake.reading).to.equal(false);
    scene.clock.advance(0.1);
    expect([one.connection.fake.reading, other.connection.fake.reading]).to.deep.equal([true, true]);
  });

  it('pauses all connections at once when much more comes, and the piece is delivered', () => {
    const scene = new Scene({ readLimit: 10 });
    const [one, other] = [scene.connect(), scene.connect()];
    one.connection.receive('x'.repeat(30));
    expect([one.connection.fake.reading, other.connection.fake.reading]).to.deep.equal([false, false]);
    expect(one.inner.received.length).to.equal(30);
    scene.clock.pump([1, 1.9]);
    expect(other.connection.fake.reading).to.equal(false);
    scene.clock.advance(0.1);
    expect([one.connection.fake.reading, other.connection.fake.reading]).to.deep.equal([true, true]);
  });

  it('pauses a connection that comes meanwhile', () => {
    const scene = new Scene({ readLimit: 10 });
    scene.connect().connection.receive('x'.repeat(20));
    scene.clock.advance(1);
    const late = scene.connect();
    expect(late.connection.fake.reading).to.equal(false);
    scene.clock.advance(1);
    expect(late.connection.fake.reading).to.equal(true);
  });

  it('does not resume what the protocol inside has paused', () => {
    const scene = new Scene({ readLimit: 10 });
    const { connection, inner } = scene.connect();
    connection.receive('x'.repeat(20));
    inner.transport.pauseProducing();
    scene.clock.pump([1, 1]);
    expect(connection.fake.reading).to.equal(false);
    inner.transport.resumeProducing();
    expect(connection.fake.reading).to.equal(true);
  });

  it('is not resumed by the protocol inside', () => {
    const scene = new Scene({ readLimit: 10 });
    const { connection, inner } = scene.connect();
    connection.receive('x'.repeat(20));
    scene.clock.advance(1);
    inner.transport.pauseProducing();
    inner.transport.resumeProducing();
    expect(connection.fake.reading).to.equal(false);
    scene.clock.advance(1);
    expect(connection.fake.reading).to.equal(true);
  });
});

describe('ThrottlingFactory: writes', () => {
  // Twisted: ThrottlingTests.test_writeSequence
  it('counts what writeSequence passes on', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { connection, inner, wrapper } = scene.connect();
    inner.transport.writeSequence(
      ['xxxx', 'xxxx', 'xxxx', 'xxxx', 'xxxx'].map((piece) => Buffer.from(piece)),
    );
    connection.flush();
    expect(connection.output).to.equal('x'.repeat(20));
    scene.clock.advance(1);
    expect(wrapper.factory.writesThrottled).to.equal(true);
    scene.clock.advance(0.999);
    expect(wrapper.factory.writesThrottled).to.equal(true);
    scene.clock.advance(0.001);
    expect(wrapper.factory.writesThrottled).to.equal(false);
  });

  // Twisted: ThrottlingTests.test_writeLimit
  it('pauses producers at the next check, and resumes them a second later', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { connection, inner } = scene.connect();
    const producer = new RecordingProducer();
    inner.transport.registerProducer(producer, true);
    inner.transport.write(twenty);
    connection.flush();
    expect(producer.told).to.deep.equal([]);
    scene.clock.advance(1);
    expect(producer.told).to.deep.equal(['pause']);
    scene.clock.advance(1);
    expect(producer.told).to.deep.equal(['pause', 'resume']);
  });

  it('pauses a producer inside its write when it writes much more', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { inner } = scene.connect();
    const producer = new RecordingProducer();
    inner.transport.registerProducer(producer, true);
    expect(inner.transport.write(Buffer.alloc(50))).to.equal(false);
    expect(producer.told).to.deep.equal(['pause']);
    scene.clock.pump([1, 3.9]);
    expect(producer.told).to.deep.equal(['pause']);
    scene.clock.advance(0.1);
    expect(producer.told).to.deep.equal(['pause', 'resume']);
  });

  it('pauses at once a producer that registers meanwhile', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { inner } = scene.connect();
    inner.transport.write(twenty);
    scene.clock.advance(1);
    const producer = new RecordingProducer();
    inner.transport.registerProducer(producer, true);
    expect(producer.told).to.deep.equal(['pause']);
  });

  it('pauses once more, inside its write, a producer that has set itself going during the rest', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { inner } = scene.connect();
    inner.transport.write(twenty);
    scene.clock.advance(1);
    let writes = 0;
    const running = new Set(['it']);
    const producer: IPushProducer = {
      pauseProducing: () => running.clear(),
      resumeProducing: () => {
        running.add('it');
        // Without an end a producer that isn't told would never come out of here.
        while (running.size > 0 && writes < 10) {
          writes += 1;
          inner.transport.write(twenty);
        }
      },
      stopProducing: () => running.clear(),
    };
    inner.transport.registerProducer(producer, true);
    producer.resumeProducing(); // what a producer that begins by itself does
    expect(writes).to.equal(1);
    scene.clock.advance(1);
    expect(writes).to.equal(2);
  });

  it('a producer that the transport has paused too goes on when both let it', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { connection, inner } = scene.connect();
    const producer = new RecordingProducer();
    inner.transport.registerProducer(producer, true);
    inner.transport.write(Buffer.alloc(100_000, 'x'));
    expect(producer.told).to.deep.equal(['pause']);
    scene.clock.advance(1);
    connection.flush();
    expect(producer.told).to.deep.equal(['pause']);
    scene.clock.advance(10_000);
    expect(producer.told).to.deep.equal(['pause', 'resume']);

    inner.transport.write(Buffer.alloc(100_000, 'x'));
    scene.clock.pump([1, 10_000]);
    expect(producer.told).to.deep.equal(['pause', 'resume', 'pause']);
    connection.flush();
    expect(producer.told).to.deep.equal(['pause', 'resume', 'pause', 'resume']);
  });

  it('asks a pull producer for nothing meanwhile', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { connection, inner } = scene.connect();
    const producer = new RecordingProducer();
    producer.resumeProducing = () => {
      producer.told.push('resume');
      inner.transport.write(twenty);
    };
    inner.transport.registerProducer(producer, false);
    scene.clock.advance(1);
    connection.flush();
    expect(producer.told).to.deep.equal(['resume']);
    scene.clock.advance(1);
    expect(producer.told).to.deep.equal(['resume', 'resume']);
  });

  it('asks a pull producer that registers meanwhile for its first piece afterwards', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { inner } = scene.connect();
    inner.transport.write(twenty);
    scene.clock.advance(1);
    const producer = new RecordingProducer();
    inner.transport.registerProducer(producer, false);
    expect(producer.told).to.deep.equal([]);
    scene.clock.advance(1);
    expect(producer.told).to.deep.equal(['resume']);
  });

  it('tells those who write without a producer to wait, by `write()` and `drained()`', async () => {
    const scene = new Scene({ writeLimit: 10 });
    const { connection, inner } = scene.connect();
    expect(inner.transport.write(twenty)).to.equal(true);
    scene.clock.advance(1);
    expect(inner.transport.write(Buffer.from('y'))).to.equal(false);
    expect(inner.transport.writeSequence([])).to.equal(false);
    let drained = false;
    void inner.transport.drained().addCallback(() => void (drained = true));
    connection.flush();
    expect(drained).to.equal(false);
    scene.clock.advance(1);
    expect(drained).to.equal(true);
    expect(inner.transport.write(Buffer.from('z'))).to.equal(true);
    connection.flush();
    await inner.transport.drained();
    expect(connection.output).to.equal(`${'x'.repeat(20)}yz`);
  });

  it('fails `drained()` when the connection is lost meanwhile, and forgets one that is cancelled', async () => {
    const scene = new Scene({ writeLimit: 10 });
    const { connection, inner } = scene.connect();
    inner.transport.write(twenty);
    connection.flush();
    scene.clock.advance(1);
    const cancelled = inner.transport.drained();
    cancelled.cancel();
    cancelled.addErrback(() => undefined);
    const drained = inner.transport.drained().toPromise();
    connection.failed(new Error('gone'));
    const error: unknown = await drained.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ConnectionLost);
  });

  it('lets a close wait for a producer that it holds up, and go on afterwards', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { connection, inner } = scene.connect();
    const producer = new RecordingProducer();
    producer.resumeProducing = () => {
      producer.told.push('resume');
      inner.transport.write(Buffer.from('last'));
      inner.transport.unregisterProducer();
    };
    inner.transport.registerProducer(producer, true);
    inner.transport.write(twenty);
    scene.clock.advance(1);
    inner.transport.loseConnection();
    connection.flush();
    expect(inner.lost).to.equal(false);
    scene.clock.advance(1);
    connection.flush();
    expect(inner.lost).to.equal(true);
    expect(connection.output).to.equal(`${'x'.repeat(20)}last`);
  });

  it('tells nothing to a producer that has unregistered, or was stopped', () => {
    const scene = new Scene({ writeLimit: 10 });
    const [one, other] = [scene.connect(), scene.connect()];
    const producers = [new RecordingProducer(), new RecordingProducer()] as const;
    one.inner.transport.registerProducer(producers[0], true);
    other.inner.transport.registerProducer(producers[1], true);
    one.inner.transport.write(twenty);
    one.inner.transport.unregisterProducer();
    other.connection.failed(new Error('gone'));
    scene.clock.pump([1, 1]);
    expect(producers.map(({ told }) => told)).to.deep.equal([[], ['stop']]);
  });

  it('only stops a producer that registers with a connection that is gone', () => {
    const scene = new Scene({ writeLimit: 10 });
    const [one, other] = [scene.connect(), scene.connect()];
    one.inner.transport.write(twenty);
    scene.clock.advance(1);
    other.connection.failed(new Error('gone'));
    const producer = new RecordingProducer();
    other.inner.transport.registerProducer(producer, true);
    expect(producer.told).to.deep.equal(['stop']);
  });

  it('takes one producer at a time, as the transport does, and keeps the first', () => {
    const scene = new Scene({ writeLimit: 10 });
    const { inner } = scene.connect();
    const producer = new RecordingProducer();
    inner.transport.registerProducer(producer, true);
    expect(() => inner.transport.registerProducer(new RecordingProducer(), true)).to.throw(
      Error,
      'registered',
    );
    inner.transport.write(twenty);
    scene.clock.advance(1);
    expect(producer.told).to.deep.equal(['pause']);
    inner.transport.stopConsuming();
    scene.clock.advance(1);
    expect(producer.told).to.deep.equal(['pause']);
  });

  it('a producer that throws costs its own connection only, and is logged once', () => {
    using log = new LogCapture();
    const scene = new Scene({ writeLimit: 10 });
    const [one, other] = [scene.connect(), scene.connect()];
    const [bad, good] = [new RecordingProducer(), new RecordingProducer()];
    bad.pauseProducing = () => {
      throw new Error('boom');
    };
    one.inner.transport.registerProducer(bad, true);
    other.inner.transport.registerProducer(good, true);
    other.inner.transport.write(twenty);
    scene.clock.advance(1);
    one.connection.nextTurn();
    expect([one.inner.lost, other.inner.lost, good.told]).to.deep.equal([true, false, ['pause']]);
    expect(log.flushErrors()).to.have.length(1);
  });
});

describeOnKernel('ThrottlingFactory on a real connection', (it) => {
  it('holds a reader to the rate, and loses nothing', async (env) => {
    const clock = new Clock();
    const inner = new RecordingFactory();
    env.abortAfterwards(inner);
    const factory = new ThrottlingFactory(inner, { clock, readLimit: 100_000 });
    const port = env.reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
    env.addCleanup(() => port.stopListening());
    const peer = env.peers.connect(port.getHost());
    const data = Buffer.alloc(3_000_000, '0123456789');
    peer.send(data);
    await env.drive(() => (inner.protocols[0]?.received.length ?? 0) > 200_000);
    const protocol = inner.protocols[0] as RecordingProtocol;
    await env.drive.turns(20);
    // The last piece is a slab of the reactor's at most, which is 256 KiB.
    expect(protocol.received.length).to.be.within(200_001, 200_000 + 262_144);
    peer.shutdownWrite();
    while (!protocol.lost) {
      clock.advance(1);
      await env.drive.turns(1);
    }
    expect(protocol.received.equals(data)).to.equal(true);
    expect(clock.seconds()).to.be.at.least(3_000_000 / 100_000 - 5);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });
});
