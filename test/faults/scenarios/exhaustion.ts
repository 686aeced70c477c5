import { DescriptorExhauster } from '../../../src/testing/conformance/index.js';
import type { World } from '../world.js';
import { Crowd, type Visitor, isAnswered } from './crowd.js';

const SHED = 4;
/** How long the descriptors are gone if the port can't do anything about it, in virtual ms. */
const LONGEST_MS = 5000;

/**
 * The process's descriptors run out: its limit is lowered, and all numbers below it are taken. Clients that come then are turned away by means of the
 * reserved descriptor, and one that was there before stays. When there are descriptors again, so is service.
 */
export class Exhaustion extends Crowd {
  readonly #exhauster: DescriptorExhauster;
  readonly #told: string[] = [];
  #phase: 'before' | 'exhausted' | 'after' = 'before';
  #since = 0;
  #unlucky: readonly Visitor[] = [];

  constructor(world: World) {
    super(world);
    this.#exhauster = new DescriptorExhauster(world.libc);
    world.addCleanup(() => this.#exhauster[Symbol.dispose]());
  }

  override begin(): void {
    super.begin();
    const port = this.ports[0]!;
    port.events.on('descriptorsExhausted', (errno) => this.#told.push(errno));
    port.events.on('recovered', ({ shed }) => this.#told.push(`recovered after ${shed}`));
    this.come(port, 1);
  }

  override step(): void {
    const { port } = this;
    if (port === undefined) return;
    if (this.#phase === 'before' && this.visitors.every(isAnswered)) {
      this.#phase = 'exhausted';
      this.#since = this.world.now();
      this.#unlucky = this.come(port, SHED);
      this.#exhauster.exhaust();
    } else if (this.#phase === 'exhausted' && this.#isOver) {
      this.#phase = 'after';
      this.#exhauster[Symbol.dispose]();
      this.come(port, 1);
    }
    if (this.#phase !== 'after') return;
    for (const visitor of this.visitors) if (isAnswered(visitor)) visitor.peer.shutdownWrite();
  }

  override done(): boolean {
    const isOver = this.visitors.every(({ peer }) => peer.sawClose);
    return this.#phase === 'after' && isOver && this.world.isQuiet(1);
  }

  override happened(): boolean {
    const [first, ...others] = this.visitors.filter(isAnswered);
    return (
      first === this.visitors[0] &&
      others.length === 1 &&
      this.port?.counters.shed === SHED &&
      this.#told.join() === `EMFILE,recovered after ${SHED}` &&
      this.world.reservation.available()
    );
  }

  get #isOver(): boolean {
    return this.#unlucky.every(({ peer }) => peer.sawClose) || this.world.now() - this.#since > LONGEST_MS;
  }
}
