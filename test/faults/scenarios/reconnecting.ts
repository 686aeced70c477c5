import type { Failure } from '../../../src/defer/index.js';
import type { IConnector, IReactorTime } from '../../../src/interfaces/index.js';
import { ReconnectingClientFactory } from '../../../src/protocols/index.js';
import {
  type Peer,
  type PeerListener,
  type ProtocolHooks,
  RecordingProtocol,
} from '../../../src/testing/conformance/index.js';
import { requireBytes } from '../conversation.js';
import type { Watched, World } from '../world.js';
import { ANSWER, QUESTION } from './connecting.js';
import type { Scenario } from './scenario.js';

/** A reconnecting factory that keeps what it is told. */
class RecordingReconnectingFactory extends ReconnectingClientFactory<RecordingProtocol> implements Watched {
  override noisy = false;
  readonly events: string[] = [];
  readonly protocols: RecordingProtocol[] = [];
  readonly #hooks: ProtocolHooks;

  constructor(clock: Pick<IReactorTime, 'callLater'>, hooks: ProtocolHooks) {
    super({ clock, initialDelay: 0.1, factor: 2, maxDelay: 1, jitter: 0 });
    this.#hooks = hooks;
  }

  override startFactory(): void {
    this.events.push('start');
  }

  override stopFactory(): void {
    this.events.push('stop');
  }

  override buildProtocol(): RecordingProtocol {
    this.events.push('build');
    const protocol = new RecordingProtocol(this.#hooks);
    protocol.factory = this;
    this.protocols.push(protocol);
    return protocol;
  }

  override clientConnectionFailed(connector: IConnector, reason: Failure): void {
    this.events.push('failed');
    super.clientConnectionFailed(connector, reason);
  }

  override clientConnectionLost(connector: IConnector, reason: Failure): void {
    this.events.push('lost');
    super.clientConnectionLost(connector, reason);
  }
}

/** A client asks for as long as it takes until it has an answer. The server resets its first connection. */
export class Reconnecting implements Scenario {
  readonly ports = [];
  readonly #world: World;
  readonly #listener: PeerListener;
  readonly #factory: RecordingReconnectingFactory;
  /** The protocols that were made, in the order in which their connections were, and the port of each. */
  readonly #made: { readonly protocol: RecordingProtocol; readonly port: number }[] = [];
  /** Where each peer's connection comes from. */
  readonly #comesFrom = new Map<Peer, number>();
  readonly #answered = new Set<Peer>();
  #wasReset = false;
  #isAnswered = false;

  constructor(world: World) {
    this.#world = world;
    this.#listener = world.peers.listen();
    this.#factory = world.watch(
      new RecordingReconnectingFactory(world.reactor, {
        made: (protocol) => {
          this.#made.push({ protocol, port: protocol.transport.getHost().port });
          protocol.transport.write(QUESTION);
        },
        data: ({ received, transport }) => {
          if (received.length < ANSWER.length) return;
          this.#isAnswered = true;
          this.#factory.stopTrying();
          transport.loseConnection();
        },
      }),
    );
    world.addCleanup(() => this.#factory.stopTrying());
  }

  begin(): void {
    const { host, port } = this.#listener.address;
    this.#world.reactor.connectTCP(host, port, this.#factory, { timeout: 2, noDelay: true, lingerMs: 1000 });
  }

  step(): void {
    for (const peer of this.#listener.accepted) {
      if (peer.fileno() < 0 || peer.sawReset) continue;
      if (peer.bytesReceived === QUESTION.length) this.#answer(peer);
      if (peer.sawEnd) peer.shutdownWrite();
    }
  }

  done(): boolean {
    return this.#isAnswered && this.#factory.events.at(-1) === 'stop' && this.#world.isQuiet(0);
  }

  happened(): boolean {
    return this.#factory.events.join() === 'start,build,lost,stop,start,build,lost,stop';
  }

  check(): void {
    for (const peer of this.#listener.accepted) {
      const made = this.#made.find(({ port }) => port === this.#comesFrom.get(peer));
      if (made === undefined) continue;
      requireBytes({ peer, protocol: made.protocol, written: QUESTION, sent: ANSWER });
    }
  }

  /** The first one that asks is reset, all others are answered. */
  #answer(peer: Peer): void {
    if (this.#answered.has(peer)) return;
    this.#answered.add(peer);
    this.#comesFrom.set(peer, peer.getPeer().port);
    if (this.#wasReset) {
      peer.send(ANSWER);
    } else {
      this.#wasReset = true;
      peer.reset();
    }
  }
}
