import type { RecordingProtocol } from '../../../src/testing/conformance/index.js';
import type { World } from '../world.js';
import { Serving } from './serving.js';

/** A client asks and ends its direction; it is answered all the same. */
export class ClientEndsFirst extends Serving {
  constructor(world: World) {
    super(world, {
      halfClose: true,
      hooks: {
        readLost: (protocol) => {
          this.write(protocol, Buffer.from('answer'));
          protocol.transport.loseWriteConnection();
        },
      },
    });
  }

  override begin(): void {
    super.begin();
    this.send('question');
    this.peer?.shutdownWrite();
  }

  override happened(): boolean {
    return eventsOf(this.protocol) === 'made,data,readLost,writeLost,lost';
  }
}

/** The port's side says all that it has to say and ends its direction; the client goes on for a while. */
export class ServerEndsFirst extends Serving {
  #ended = false;

  constructor(world: World) {
    super(world, {
      halfClose: true,
      hooks: {
        made: (protocol) => {
          this.write(protocol, Buffer.from('greeting'));
          protocol.transport.loseWriteConnection();
        },
      },
    });
  }

  override step(): void {
    if (this.#ended || this.peer?.sawEnd !== true) return;
    this.#ended = true;
    this.send('reply');
    this.peer.shutdownWrite();
  }

  override happened(): boolean {
    return eventsOf(this.protocol) === 'made,writeLost,data,readLost,lost';
  }
}

/** What the protocol was told, in however many pieces the bytes came. */
function eventsOf(protocol: RecordingProtocol | undefined): string | undefined {
  return protocol?.events.join().replace(/data(,data)+/g, 'data');
}
