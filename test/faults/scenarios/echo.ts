import type { World } from '../world.js';
import { Serving } from './serving.js';

/** What a client sends comes back, until it ends. */
export class Echo extends Serving {
  // Here the first client is worth a warning, for which the descriptors are counted. That takes its time.
  protected override readonly extraOptions = { descriptorsLowAt: 0 };
  #ended = false;

  constructor(world: World) {
    super(world, { hooks: { data: (protocol, data) => this.write(protocol, data) } });
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
