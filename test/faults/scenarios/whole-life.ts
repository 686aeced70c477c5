import type { ITCPPort } from '../../../src/interfaces/index.js';
import { type Peer, RecordingFactory, addressOf } from '../../../src/testing/conformance/index.js';
import type { World } from '../world.js';
import { type Scenario, portOptions } from './scenario.js';

/** A reactor is made, listens, has a client, and is closed with all that. */
export class WholeLife implements Scenario {
  readonly #world: World;
  readonly #factory: RecordingFactory;
  #port: ITCPPort | undefined;
  #peer: Peer | undefined;
  #closed = false;

  constructor(world: World) {
    this.#world = world;
    this.#factory = world.watch(new RecordingFactory());
  }

  /** None once the reactor is closed. */
  get ports(): readonly ITCPPort[] {
    return this.#closed || this.#port === undefined ? [] : [this.#port];
  }

  begin(): void {
    this.#world.start();
    this.#port = this.#world.reactor.listenTCP(0, this.#factory, portOptions(this.#world));
    this.#peer = this.#world.peers.connect(addressOf(this.#port));
  }

  step(): void {
    if (this.#closed || this.#factory.protocols[0]?.made !== true) return;
    this.#closed = true;
    this.#world.reactor.close();
  }

  done(): boolean {
    return this.#closed && this.#peer?.sawClose === true;
  }

  happened(): boolean {
    return this.#factory.protocols[0]?.lost === true && this.#factory.events.at(-1) === 'stop';
  }

  check(): void {
    // No bytes are exchanged.
  }
}
