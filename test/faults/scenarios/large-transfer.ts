import type { World } from '../world.js';
import { LARGE, piecesOf } from './scenario.js';
import { Serving } from './serving.js';

/** The port's side writes much and closes at once: all of it arrives. */
export class LargeTransfer extends Serving {
  constructor(world: World) {
    super(world, {
      hooks: {
        made: (protocol) => {
          for (const piece of piecesOf(LARGE)) this.write(protocol, piece);
          protocol.transport.loseConnection();
        },
      },
    });
  }

  override step(): void {
    if (this.peer?.sawEnd === true) this.peer.shutdownWrite();
  }
}

/** Both sides write much at the same time; the port's side closes when it has everything. */
export class LargeTransferBothWays extends Serving {
  constructor(world: World) {
    super(world, {
      hooks: {
        made: (protocol) => {
          for (const piece of piecesOf(LARGE)) this.write(protocol, piece);
        },
        data: (protocol) => {
          if (protocol.received.length === LARGE.length) protocol.transport.loseConnection();
        },
      },
    });
  }

  override begin(): void {
    super.begin();
    this.send(LARGE);
  }

  override step(): void {
    if (this.peer?.sawEnd === true) this.peer.shutdownWrite();
  }
}
