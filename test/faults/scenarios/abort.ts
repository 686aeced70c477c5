import type { World } from '../world.js';
import { Serving } from './serving.js';

/** The port's side gives its client up in the middle. */
export class Abort extends Serving {
  protected override readonly mustComplete = false;

  constructor(world: World) {
    super(world, {
      hooks: {
        data: (protocol) => {
          this.write(protocol, Buffer.from('too late'));
          protocol.transport.abortConnection();
        },
      },
    });
  }

  override begin(): void {
    super.begin();
    this.send('hello');
  }

  override happened(): boolean {
    return this.peer?.sawReset === true;
  }
}
