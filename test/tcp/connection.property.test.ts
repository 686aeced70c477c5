import { expect } from 'chai';
import fc from 'fast-check';
import type { Deferred } from '../../src/defer/index.js';
import type { IPullProducer, IPushProducer } from '../../src/interfaces/index.js';
import { ConnectionDone } from '../../src/errors/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { RecordingHalfCloseProtocol, RecordingProtocol } from '../../src/testing/conformance/index.js';
import { FileQueue } from '../../src/tcp/file-queue.js';
import { NOTHING_QUEUED, type WriteQueue } from '../../src/tcp/write-queue.js';
import { FakeConnection, contentOf, contentOfFile } from './fake-connection.js';

/**
 * Random programs against the state machine: what a driver feeds, in any order that a driver may, and what a program
 * calls, between the turns and inside every callback.
 */

/** What a program may call. */
const calls = [
  'write',
  'writeSequence',
  'sendFile',
  'cancelFile',
  'loseConnection',
  'loseWriteConnection',
  'abortConnection',
  'detach',
  'pauseProducing',
  'resumeProducing',
  'registerPush',
  'registerPull',
  'unregisterProducer',
  'stopConsuming',
  'drained',
  'whenLost',
] as const;
type Call = (typeof calls)[number];

/** What a driver may do. */
const feeds = [
  'receive',
  'endOfFile',
  'takeSome',
  'takeAll',
  'nextTurn',
  'passTime',
  'hangUpEnded',
  'hangUpReset',
  'fail',
] as const;
type Feed = (typeof feeds)[number];

/** What the program does in a callback: calls, and perhaps a throw or a rejection after them. */
interface Script {
  readonly calls: readonly Call[];
  readonly end: 'return' | 'throw' | 'reject';
}

const callbacks = ['made', 'data', 'readLost', 'writeLost', 'lost'] as const;

const scriptArbitrary: fc.Arbitrary<Script> = fc.record({
  calls: fc.array(fc.constantFrom(...calls), { maxLength: 3 }),
  end: fc.oneof(
    { weight: 8, arbitrary: fc.constant('return' as const) },
    { weight: 1, arbitrary: fc.constant('throw' as const) },
    { weight: 1, arbitrary: fc.constant('reject' as const) },
  ),
});

const programArbitrary = fc.record({
  halfClose: fc.boolean(),
  limits: fc.constantFrom(
    {},
    { writeBufferSize: 4 },
    { writeBufferSize: 4, writeQueueLimit: 12 },
    { slowReaderTimeoutMs: 1000 },
  ),
  scripts: fc.record({
    made: scriptArbitrary,
    data: scriptArbitrary,
    readLost: scriptArbitrary,
    writeLost: scriptArbitrary,
    lost: scriptArbitrary,
  }),
  producerCalls: fc.array(fc.constantFrom(...calls), { maxLength: 2 }),
  steps: fc.array(fc.constantFrom<Call | Feed>(...feeds, ...feeds, ...calls), { maxLength: 30 }),
});
type Program = typeof programArbitrary extends fc.Arbitrary<infer P> ? P : never;

class Run {
  readonly connection: FakeConnection;
  readonly protocol: RecordingProtocol;
  /** All that the connection has taken to be sent, in order. */
  accepted = '';
  thrown = 0;
  readonly waiting: Deferred<void>[] = [];
  readonly files: Deferred<void>[] = [];
  readonly offences: string[] = [];
  readonly #program: Program;
  #quiet = false;
  #written = 0;

  constructor(program: Program) {
    this.#program = program;
    this.connection = new FakeConnection(program.limits);
    const hooks = Object.fromEntries(
      callbacks.map((name) => [name, () => this.#runScript(program.scripts[name])]),
    );
    this.protocol = program.halfClose ? new RecordingHalfCloseProtocol(hooks) : new RecordingProtocol(hooks);
    this.#watchQueue();
    this.connection.start(this.protocol);
  }

  step(step: Call | Feed): void {
    if ((calls as readonly string[]).includes(step)) this.#call(step as Call);
    else this.#feed(step as Feed);
  }

  /** Whatever has happened, an orderly close ends it, with no help but the kernel's. */
  settle(): void {
    this.#quiet = true;
    this.connection.unregisterProducer();
    this.connection.loseConnection();
    // A turn sends what stands before the next file, or that file.
    const turns = 3 + 2 * this.files.length;
    for (let turn = 0; turn < turns; turn += 1) {
      this.connection.flush();
      this.connection.nextTurn();
    }
  }

  #watchQueue(): void {
    const { connection } = this;
    const { fake } = connection;
    const taken = (bytes: Uint8Array): void => {
      if (fake.givenUp.length > 0) this.offences.push('queued after the end');
      if (fake.calls.includes('shutdownWrite')) this.offences.push('queued after writing was ended');
      this.accepted += Buffer.from(bytes).toString('latin1');
    };
    // A connection has a queue of its own while something is queued, and another one once a file is.
    let current: WriteQueue = connection.queue;
    Object.defineProperty(connection, 'queue', {
      get: () => current,
      set: (next: WriteQueue) => {
        if (next !== current && next !== NOTHING_QUEUED) watchQueue(next, taken);
        current = next;
      },
    });
  }

  #runScript({ calls: toMake, end }: Script): void | Promise<void> {
    if (this.#quiet) return undefined;
    for (const call of toMake) this.#call(call);
    if (end === 'return') return undefined;
    this.thrown += 1;
    if (end === 'throw') throw new Error('thrown');
    return Promise.reject(new Error('rejected'));
  }

  #feed(feed: Feed): void {
    const { connection } = this;
    const { fake } = connection;
    switch (feed) {
      case 'receive':
        if (fake.reading) connection.receive('data');
        break;
      case 'endOfFile':
        if (fake.reading) connection.endOfFile();
        break;
      case 'takeSome':
        connection.flush(3);
        break;
      case 'takeAll':
        connection.flush();
        break;
      case 'nextTurn':
        connection.nextTurn();
        break;
      case 'passTime':
        fake.clock.advance(0.6);
        break;
      case 'hangUpEnded':
      case 'hangUpReset':
        if (fake.reading || fake.givenUp.length > 0) break;
        connection.hangUp(feed === 'hangUpReset' ? 'reset' : 'ended');
        break;
      case 'fail':
        if (fake.givenUp.length === 0) connection.failed(new Error('ECONNRESET'));
        break;
    }
  }

  /** Some calls throw where they aren't allowed; that is no part of this test. */
  #call(call: Call): void {
    const { connection } = this;
    try {
      switch (call) {
        case 'write':
          connection.write(this.#next(5));
          break;
        case 'writeSequence':
          connection.writeSequence([this.#next(1), this.#next(0), this.#next(2)]);
          break;
        case 'sendFile': {
          const file = connection.sendFile(3, (this.#written += 1), 7);
          file.addErrback(() => undefined);
          this.files.push(file);
          break;
        }
        case 'cancelFile':
          this.files.at(-1)?.cancel();
          break;
        case 'registerPush':
          connection.registerProducer(this.#producer(), true);
          break;
        case 'registerPull':
          connection.registerProducer(this.#producer(), false);
          break;
        case 'drained':
        case 'whenLost':
          this.waiting.push(connection[call]().addErrback(() => undefined));
          break;
        default:
          connection[call]();
      }
    } catch (error) {
      if (!(error instanceof Error) || /given its descriptor up/.test(error.message)) throw error;
    }
  }

  /** Bytes of which no two near each other are the same. */
  #next(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => (this.#written += 1) % 251));
  }

  #producer(): IPushProducer & IPullProducer {
    let stopped = false;
    const told = (what: string): void => {
      if (stopped) this.offences.push(`${what} of a producer that was stopped`);
      if (this.protocol.lost) this.offences.push(`${what} of a producer after connectionLost`);
    };
    return {
      resumeProducing: () => {
        told('resumeProducing');
        if (!this.#quiet) for (const call of this.#program.producerCalls) this.#call(call);
      },
      pauseProducing: () => told('pauseProducing'),
      stopProducing: () => {
        // Registering with a connection that is over stops the producer at once, also after connectionLost.
        if (stopped || (this.protocol.lost && this.connection.connected)) told('stopProducing');
        stopped = true;
      },
    };
  }
}

/** Sends all that a queue still has. */
function restOf(queue: WriteQueue): string {
  let rest = '';
  while (queue.bytes > 0) {
    const file = queue.chunkBytes === 0 ? queue.file : undefined;
    const bytes = file === undefined ? contentOf(queue) : contentOfFile(file);
    rest += bytes.toString('latin1');
    queue.consume(bytes.length);
  }
  return rest;
}

async function run(program: Program, log: LogCapture): Promise<void> {
  const logged = log.errors.length;
  const subject = new Run(program);
  for (const step of program.steps) subject.step(step);
  subject.settle();
  // Rejected promises are told of now.
  for (let hop = 0; hop < 5; hop += 1) await Promise.resolve();

  const { connection, protocol, accepted } = subject;
  const { fake } = connection;
  expect(subject.offences).to.deep.equal([]);
  expect(fake.misuses).to.deep.equal([]);
  expect(fake.givenUp).to.have.length(1);
  expect(protocol.events[0]).to.equal('made');
  expect(protocol.events.indexOf('lost')).to.equal(protocol.events.length - 1);
  for (const once of ['made', 'readLost', 'writeLost']) {
    expect(protocol.events.filter((event) => event === once)).to.have.length.at.most(1);
  }
  expect(protocol.reentered).to.deep.equal([]);
  expect(connection.endings).to.deep.equal([protocol.reason]);
  expect(subject.waiting.every(({ called }) => called)).to.equal(true);
  expect(fake.clock.getDelayedCalls()).to.deep.equal([]);
  expect(log.errors.length - logged).to.equal(subject.thrown);

  expect(accepted.startsWith(connection.output)).to.equal(true);
  expect(connection.bytesWritten).to.equal(connection.output.length);
  expect(protocol.received.length).to.be.at.most(connection.bytesRead);
  const { leftover } = fake;
  if (fake.givenUp[0] === 'in order') {
    expect(protocol.reason?.value).to.be.instanceOf(ConnectionDone);
    expect(connection.output + restOf(leftover!)).to.equal(accepted);
    leftover?.tellSent();
  }
  expect(subject.files.every(({ called }) => called)).to.equal(true);
}

describe('Connection, under any program', () => {
  it('ends once, in order, and leaves nothing behind', async () => {
    // One for all runs: making one costs more than a run.
    using log = new LogCapture();
    await fc.assert(
      fc.asyncProperty(programArbitrary, (program) => run(program, log)),
      { numRuns: 500 },
    );
  });
});

/** Tells of what is pushed from now on. */
function watchQueue(queue: WriteQueue, taken: (bytes: Uint8Array) => void): void {
  const push = queue.push.bind(queue);
  queue.push = (chunk) => {
    taken(chunk);
    push(chunk);
  };
  if (!(queue instanceof FileQueue)) return;
  const pushFile = queue.pushFile.bind(queue);
  queue.pushFile = (file) => {
    taken(contentOfFile(file));
    pushFile(file);
  };
}
