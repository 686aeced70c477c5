import type { ITCPPort, ListenTCPOptions } from '../../src/interfaces/index.js';
import type { LibcCall } from '../../src/testing/index.js';
import {
  type Peer,
  type ProtocolHooks,
  RecordingFactory,
  RecordingHalfCloseProtocol,
  RecordingProtocol,
  addressOf,
} from '../../src/testing/conformance/index.js';
import { type Conversation, type World, requireBytes } from './world.js';

/** Something that a program does with TCP, and the other side of it. Made anew for each run. */
export interface Scenario {
  /** Ports that listen, or have. */
  readonly ports: readonly ITCPPort[];
  /** Begins. What is thrown counts as a failure that the program has been told of. */
  begin(): void;
  /** The other side's part: called before each turn. */
  step(): void;
  /** Whether all has happened that should if nothing goes wrong. */
  done(): boolean;
  /** Looks at what has come over, once it is over. */
  check(): void;
}

export type MakeScenario = (world: World) => Scenario;

export interface NamedScenario {
  readonly name: string;
  readonly make: MakeScenario;
  /** The calls that can fail in it. */
  readonly calls: readonly LibcCall[];
}

/** What a port and its connections call. */
const serving: readonly LibcCall[] = [
  ...(['eventfd', 'socket', 'setsockopt', 'bind', 'listen', 'getsockname', 'accept4'] as const),
  ...(['epoll_ctl', 'epoll_wait', 'recv', 'close'] as const),
];

const LARGE = Buffer.alloc(600_000, 'large transfer ');
/** Pieces of a size that makes the queue be sent by sendmsg. */
const PIECE = 30_000;

/** Options of every port: what needs the most calls of the kernel. */
function options({ reservation }: World): ListenTCPOptions {
  return { interface: '0.0.0.0', noDelay: true, reservation, lingerMs: 1000 };
}

/** A scenario with a port, whose first client is a plain socket. */
class Serving implements Scenario {
  readonly ports: ITCPPort[] = [];
  protected readonly world: World;
  protected readonly factory: RecordingFactory;
  protected peer: Peer | undefined;
  protected written = Buffer.alloc(0);
  protected sent = Buffer.alloc(0);
  protected readonly extraOptions: ListenTCPOptions = {};
  /** Whether all bytes have to come over if nothing goes wrong. */
  protected readonly mustComplete: boolean = true;
  readonly #halfClose: boolean;
  #peerPort = 0;

  constructor(world: World, hooks: ProtocolHooks, halfClose = false) {
    this.world = world;
    this.#halfClose = halfClose;
    this.factory = world.watch(new RecordingFactory({ build: () => this.#build(hooks) }));
  }

  begin(): void {
    const port = this.world.reactor.listenTCP(0, this.factory, {
      ...options(this.world),
      ...this.extraOptions,
    });
    this.ports.push(port);
    this.peer = this.world.peers.connect(addressOf(port));
    this.#peerPort = this.peer.getHost().port;
  }

  step(): void {
    // Subclasses know what the peer does.
  }

  done(): boolean {
    const { peer, protocol, written, sent } = this;
    const over = protocol?.lost === true && peer?.sawClose === true;
    const complete = peer?.bytesReceived === written.length && protocol?.received.length === sent.length;
    return over && (complete || !this.mustComplete) && this.world.isQuiet(this.ports.length);
  }

  check(): void {
    const { peer, protocol, written, sent } = this;
    if (peer === undefined || protocol === undefined) return;
    requireBytes({ peer, protocol, written, sent } satisfies Conversation);
  }

  /** The protocol of the first client; another one that came later isn't meant. */
  protected get protocol(): RecordingProtocol | undefined {
    const [first] = this.factory.addresses;
    const isMeant = first !== undefined && 'port' in first && first.port === this.#peerPort;
    return isMeant ? this.factory.protocols[0] : undefined;
  }

  protected write(protocol: RecordingProtocol, data: Buffer): void {
    if (protocol === this.protocol) this.written = Buffer.concat([this.written, data]);
    protocol.transport.write(data);
  }

  protected send(text: string): void {
    this.sent = Buffer.concat([this.sent, Buffer.from(text)]);
    this.peer?.send(text);
  }

  #build(hooks: ProtocolHooks): RecordingProtocol {
    return this.#halfClose ? new RecordingHalfCloseProtocol(hooks) : new RecordingProtocol(hooks);
  }
}

class Echo extends Serving {
  // Here the first client is worth a warning, for which the descriptors are counted. That takes its time.
  protected override readonly extraOptions = { descriptorsLowAt: 0 };
  #ended = false;

  constructor(world: World) {
    super(world, { data: (protocol, data) => this.write(protocol, data) });
  }

  override begin(): void {
    super.begin();
    this.send('hello');
  }

  override step(): void {
    if (this.#ended || this.peer?.bytesReceived !== 5) return;
    this.#ended = true;
    this.send(' and goodbye');
    this.peer.shutdownWrite();
  }
}

class LargeTransfer extends Serving {
  constructor(world: World) {
    super(world, {
      made: (protocol) => {
        for (let at = 0; at < LARGE.length; at += PIECE) this.write(protocol, LARGE.subarray(at, at + PIECE));
        protocol.transport.loseConnection();
      },
    });
  }

  override step(): void {
    if (this.peer?.sawEnd === true) this.peer.shutdownWrite();
  }
}

class HalfClose extends Serving {
  constructor(world: World) {
    super(
      world,
      {
        readLost: (protocol) => {
          this.write(protocol, Buffer.from('answer'));
          protocol.transport.loseWriteConnection();
        },
      },
      true,
    );
  }

  override begin(): void {
    super.begin();
    this.send('question');
    this.peer?.shutdownWrite();
  }
}

class Abort extends Serving {
  protected override readonly mustComplete = false;

  constructor(world: World) {
    super(world, {
      data: (protocol) => {
        this.write(protocol, Buffer.from('too late'));
        protocol.transport.abortConnection();
      },
    });
  }

  override begin(): void {
    super.begin();
    this.send('hello');
  }
}

class StopListening extends Serving {
  #stopped = false;
  #restarted = false;

  constructor(world: World) {
    super(world, {});
  }

  override step(): void {
    const [port] = this.ports;
    if (port === undefined) return;
    if (this.protocol?.made === true && !this.#stopped) {
      this.#stopped = true;
      port.stopListening().addErrback(() => undefined);
    }
    if (this.#stopped && !this.#restarted && port.fileno() < 0) {
      this.#restarted = true;
      try {
        port.startListening();
      } catch {
        // The program has been told of the fault, and tries once more.
        this.world.faults.reset();
        port.startListening();
      }
    }
  }

  override done(): boolean {
    return this.#restarted && this.ports[0]?.listening === true;
  }

  override check(): void {
    // No bytes are exchanged.
  }
}

/** The reactor connects, asks, and closes when it has its answer. */
class Connect implements Scenario {
  readonly ports: readonly ITCPPort[] = [];
  readonly #world: World;
  readonly #factory: RecordingFactory;
  readonly #listener;
  readonly #question = Buffer.from('question');
  readonly #answer = Buffer.from('answer');
  #answered = false;

  constructor(world: World) {
    this.#world = world;
    this.#listener = world.peers.listen();
    const hooks: ProtocolHooks = {
      made: ({ transport }) => void transport.write(this.#question),
      data: ({ received, transport }) => {
        if (received.length === this.#answer.length) transport.loseConnection();
      },
    };
    this.#factory = world.watch(new RecordingFactory({ build: () => new RecordingProtocol(hooks) }));
  }

  begin(): void {
    const { host, port } = this.#listener.address;
    const bindAddress = { host: '127.0.0.1' };
    this.#world.reactor.connectTCP(host, port, this.#factory, { noDelay: true, lingerMs: 1000, bindAddress });
  }

  step(): void {
    const [peer] = this.#listener.accepted;
    if (!this.#answered && peer?.bytesReceived === this.#question.length) {
      this.#answered = true;
      peer.send(this.#answer);
    }
    if (peer?.sawEnd === true) peer.shutdownWrite();
  }

  done(): boolean {
    const [peer] = this.#listener.accepted;
    const over = this.#factory.events.at(-1) === 'stop' && peer?.sawClose === true;
    const complete = this.#factory.protocols[0]?.received.equals(this.#answer) === true;
    return over && complete && this.#world.isQuiet(0);
  }

  check(): void {
    const [peer] = this.#listener.accepted;
    const [protocol] = this.#factory.protocols;
    if (peer === undefined || protocol === undefined) return;
    requireBytes({ peer, protocol, written: this.#question, sent: protocol.received });
  }
}

export const scenarios: readonly NamedScenario[] = [
  { name: 'an echo', make: (world) => new Echo(world), calls: [...serving, 'send', 'poll'] },
  {
    name: 'a large transfer',
    make: (world) => new LargeTransfer(world),
    calls: [...serving, 'sendmsg', 'shutdown'],
  },
  { name: 'a half-close', make: (world) => new HalfClose(world), calls: [...serving, 'send', 'shutdown'] },
  { name: 'an abort', make: (world) => new Abort(world), calls: serving },
  {
    name: 'connecting',
    make: (world) => new Connect(world),
    calls: [
      ...(['socket', 'setsockopt', 'bind', 'connect', 'getsockopt', 'getsockname'] as const),
      ...(['epoll_ctl', 'epoll_wait', 'send', 'recv', 'shutdown', 'close'] as const),
    ],
  },
  {
    name: 'stopListening() and startListening()',
    make: (world) => new StopListening(world),
    calls: serving.filter((call) => call !== 'recv'),
  },
];
