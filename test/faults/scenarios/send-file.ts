import { temporaryFile } from '../../../src/testing/conformance/temporary-file.js';
import type { World } from '../world.js';
import { LARGE } from './scenario.js';
import { Serving } from './serving.js';

const HEAD = Buffer.from('what goes ahead of it');
const TAIL = Buffer.from('what comes behind it');
/** Of the file all but its ends. */
const OFFSET = 7;
const LENGTH = LARGE.length - 20;

/** The port's side sends a range of a file, between two writes, and closes at once: all of it arrives. */
export class SendFile extends Serving {
  #outcome: unknown;

  constructor(world: World) {
    const fd = temporaryFile(world.libc, LARGE);
    world.addCleanup(() => world.libc.close(fd));
    super(world, {
      hooks: {
        made: (protocol) => {
          const { transport } = protocol;
          this.write(protocol, HEAD);
          if (protocol === this.protocol) {
            this.written = Buffer.concat([this.written, LARGE.subarray(OFFSET, OFFSET + LENGTH)]);
          }
          transport.sendFile(fd, OFFSET, LENGTH).addCallbacks(
            () => void (this.#outcome = 'sent'),
            () => undefined,
          );
          this.write(protocol, TAIL);
          transport.loseConnection();
        },
      },
    });
  }

  override step(): void {
    if (this.peer?.sawEnd === true) this.peer.shutdownWrite();
  }

  override happened(): boolean {
    return this.#outcome === 'sent';
  }
}
