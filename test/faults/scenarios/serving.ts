import type { ITCPPort, ListenTCPOptions } from '../../../src/interfaces/index.js';
import {
  type Peer,
  type ProtocolHooks,
  RecordingFactory,
  RecordingHalfCloseProtocol,
  RecordingProtocol,
  addressOf,
} from '../../../src/testing/conformance/index.js';
import { type Conversation, requireBytes } from '../conversation.js';
import type { World } from '../world.js';
import { type Scenario, portOptions } from './scenario.js';

/** What the protocols do: plain ones, or such that take half-closes. */
export interface ServingParts {
  readonly hooks: ProtocolHooks;
  readonly halfClose?: boolean;
}

/** A scenario with a port, whose first client is a plain socket. */
export class Serving implements Scenario {
  readonly ports: ITCPPort[] = [];
  protected readonly world: World;
  protected readonly factory: RecordingFactory;
  protected peer: Peer | undefined;
  /** All that the protocol has written, and the peer has sent. */
  protected written = Buffer.alloc(0);
  protected sent = Buffer.alloc(0);
  protected readonly extraOptions: ListenTCPOptions = {};
  /** Whether all bytes have to come over if nothing goes wrong. */
  protected readonly mustComplete: boolean = true;
  readonly #parts: ServingParts;
  #peerPort = 0;

  constructor(world: World, parts: ServingParts) {
    this.world = world;
    this.#parts = parts;
    this.factory = world.watch(new RecordingFactory({ build: () => this.#build() }));
  }

  begin(): void {
    const options = { ...portOptions(this.world), ...this.extraOptions };
    const port = this.world.reactor.listenTCP(0, this.factory, options);
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

  happened(): boolean {
    return true;
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

  protected write(protocol: RecordingProtocol, data: Uint8Array): void {
    if (protocol === this.protocol) this.written = Buffer.concat([this.written, data]);
    protocol.transport.write(data);
  }

  protected send(data: Uint8Array | string): void {
    this.sent = Buffer.concat([this.sent, Buffer.from(data)]);
    this.peer?.send(data);
  }

  #build(): RecordingProtocol {
    const { hooks, halfClose = false } = this.#parts;
    return halfClose ? new RecordingHalfCloseProtocol(hooks) : new RecordingProtocol(hooks);
  }
}
