import type { ITCPPort } from '../../../src/interfaces/index.js';
import type { World } from '../world.js';
import { Crowd, type Visitor, isAnswered } from './crowd.js';
import { Serving } from './serving.js';

/** Listens again. Who is told of a fault tries once more when it is gone. */
function restart(world: World, port: ITCPPort): void {
  try {
    port.startListening();
  } catch {
    world.endFaults();
    port.startListening();
  }
}

/** A port stops and starts again. */
export class StopListening extends Serving {
  #stopped = false;
  #restarted = false;

  constructor(world: World) {
    super(world, { hooks: {} });
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
      restart(this.world, port);
    }
  }

  override done(): boolean {
    return this.#restarted && this.ports[0]?.listening === true;
  }

  override check(): void {
    // No bytes are exchanged.
  }
}

const SERVED = 3;
const WAITING = 5;

/** A port stops while clients wait: those that it has accepted are served to their end, the others see it at once. Then it starts again. */
export class StopListeningUnderLoad extends Crowd {
  #made = 0;
  #stopped = false;
  #restarted = false;

  constructor(world: World) {
    super(world, () => {
      this.#made += 1;
      if (this.#made === SERVED) this.#stop();
    });
  }

  override begin(): void {
    super.begin();
    this.come(this.ports[0]!, SERVED + WAITING);
  }

  override step(): void {
    const { port } = this;
    if (this.#stopped && !this.#restarted && port !== undefined && port.fileno() < 0) {
      this.#restarted = true;
      restart(this.world, port);
    }
    // Connections outlive their port's stop, and its new start.
    if (!this.#restarted) return;
    for (const visitor of this.visitors) if (isAnswered(visitor)) visitor.peer.shutdownWrite();
  }

  override done(): boolean {
    const isOver = ({ peer }: Visitor): boolean => peer.sawClose;
    return this.#restarted && this.visitors.every(isOver) && this.world.isQuiet(1);
  }

  override happened(): boolean {
    const answered = this.visitors.filter(isAnswered);
    const reset = this.visitors.filter(({ peer }) => peer.sawReset);
    return answered.length === SERVED && reset.length === WAITING;
  }

  #stop(): void {
    this.#stopped = true;
    this.port?.stopListening().addErrback(() => undefined);
  }
}
