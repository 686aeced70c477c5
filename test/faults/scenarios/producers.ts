import type { IPullProducer, IPushProducer } from '../../../src/interfaces/index.js';
import { expect } from 'chai';
import type { RecordingProtocol } from '../../../src/testing/conformance/index.js';
import type { World } from '../world.js';
import { LARGE, piecesOf } from './scenario.js';
import { Serving } from './serving.js';

type Told = 'pause' | 'resume' | 'stop';

/** A connection whose bytes come from a producer, which says when it has no more. */
abstract class Producing extends Serving implements IPushProducer, IPullProducer {
  protected readonly told: Told[] = [];
  readonly #pieces = piecesOf(LARGE);
  readonly #streaming: boolean;
  #producing: RecordingProtocol | undefined;

  constructor(world: World, streaming: boolean) {
    super(world, { hooks: { made: (protocol) => this.#begin(protocol) } });
    this.#streaming = streaming;
  }

  override step(): void {
    if (this.peer?.sawEnd === true) this.peer.shutdownWrite();
  }

  override check(): void {
    super.check();
    const stops = this.told.filter((word) => word === 'stop').length;
    expect(stops, `stops in ${this.told.join()}`).to.be.at.most(1);
    if (stops > 0) expect(this.told.at(-1), 'what the producer was told last').to.equal('stop');
  }

  pauseProducing(): void {
    this.told.push('pause');
  }

  resumeProducing(): void {
    this.told.push('resume');
    this.produce();
  }

  stopProducing(): void {
    this.told.push('stop');
  }

  /** Writes what it is the time for. */
  protected abstract produce(): void;

  /** Writes a piece, the last one with the end. */
  protected writePiece(): void {
    const protocol = this.#producing;
    const piece = this.#pieces.shift();
    if (protocol === undefined || piece === undefined) return;
    this.write(protocol, piece);
    if (this.#pieces.length > 0) return;
    protocol.transport.unregisterProducer();
    protocol.transport.loseConnection();
  }

  protected get isFinished(): boolean {
    return this.#pieces.length === 0;
  }

  /** Only the first client is given anything. */
  #begin(protocol: RecordingProtocol): void {
    if (this.#producing !== undefined) return;
    this.#producing = protocol;
    if (this.#streaming) {
      protocol.transport.registerProducer(this, true);
      this.produce();
    } else {
      protocol.transport.registerProducer(this, false);
    }
  }
}

/** Writes until it is paused, and again when it is resumed. */
export class PushProducer extends Producing {
  constructor(world: World) {
    super(world, true);
  }

  override happened(): boolean {
    const [first, second] = this.told;
    return first === 'pause' && second === 'resume' && !this.told.includes('stop');
  }

  protected override produce(): void {
    while (!this.isFinished && this.told.at(-1) !== 'pause' && this.told.at(-1) !== 'stop') this.writePiece();
  }
}

/** Writes a piece whenever it is asked for one. */
export class PullProducer extends Producing {
  constructor(world: World) {
    super(world, false);
  }

  override happened(): boolean {
    return this.told.every((word) => word === 'resume') && this.told.length === piecesOf(LARGE).length;
  }

  protected override produce(): void {
    this.writePiece();
  }
}

/** Notes what a connection that is its own producer is told, and leads it on. */
class OwnProducer implements IPushProducer {
  readonly #told: Told[];
  readonly #transport: IPushProducer;

  constructor(told: Told[], transport: IPushProducer) {
    this.#told = told;
    this.#transport = transport;
  }

  pauseProducing(): void {
    this.#told.push('pause');
    this.#transport.pauseProducing();
  }

  resumeProducing(): void {
    this.#told.push('resume');
    this.#transport.resumeProducing();
  }

  stopProducing(): void {
    this.#told.push('stop');
    this.#transport.stopProducing();
  }
}

/** An echo that reads no further while its client doesn't take what it has sent. */
export class EchoThatPauses extends Serving {
  readonly #told: Told[] = [];

  constructor(world: World) {
    super(world, {
      halfClose: true,
      hooks: {
        made: ({ transport }) => {
          transport.writeBufferSize = 10_000;
          transport.registerProducer(new OwnProducer(this.#told, transport), true);
        },
        data: (protocol, data) => this.write(protocol, data),
        readLost: ({ transport }) => {
          transport.unregisterProducer();
          transport.loseConnection();
        },
      },
    });
  }

  override begin(): void {
    super.begin();
    this.send(LARGE);
    this.peer?.shutdownWrite();
    this.peer?.stopReading();
  }

  override step(): void {
    // In small pieces all of it may fit into the kernel's buffers, and nobody has to pause.
    if (this.#told.includes('pause') || this.peer?.bytesUnsent === 0) this.peer?.resumeReading();
  }

  override happened(): boolean {
    return this.#told.includes('pause') && this.#told.includes('resume');
  }
}
