import { expect } from 'chai';
import fc from 'fast-check';
import { ConnectionDone } from '../../../src/errors/index.js';
import {
  type IOPump,
  RecordingHalfCloseProtocol,
  RecordingProtocol,
  connectedServerAndClient,
} from '../../../src/testing/index.js';
import { pattern } from '../../../src/testing/conformance/pattern.js';

/** What a test does to one of the ends, or to both. */
type Action =
  | { readonly does: 'write'; readonly bytes: number }
  | { readonly does: 'pause' | 'resume' | 'loseWrite' | 'lose' | 'abort' | 'pump' | 'flush' | 'advance' };

interface Step {
  readonly side: 0 | 1;
  readonly action: Action;
}

const gentle = ['pause', 'resume', 'pump', 'flush'] as const;
const writes = fc.record({ does: fc.constant('write' as const), bytes: fc.nat(300) });

function steps(...others: Exclude<Action['does'], 'write'>[]): fc.Arbitrary<Step[]> {
  const action = fc.oneof(
    { weight: 3, arbitrary: writes },
    { weight: 4, arbitrary: fc.constantFrom(...gentle, ...others).map((does) => ({ does })) },
  );
  return fc.array(fc.record({ side: fc.constantFrom(0 as const, 1 as const), action }), { maxLength: 60 });
}

const ends = fc.record({
  bufferBytes: fc.integer({ min: 1, max: 200 }),
  readBytes: fc.integer({ min: 1, max: 200 }),
  writeBufferSize: fc.nat(400),
  slowReaderTimeoutMs: fc.constant(30_000),
});

/** Two ends that have gone through a test, and what each has written. */
class Scene {
  readonly protocols: readonly [RecordingProtocol, RecordingProtocol];
  readonly pump: IOPump;
  readonly written: readonly [Buffer[], Buffer[]] = [[], []];

  constructor(
    ProtocolClass: new () => RecordingProtocol,
    options: Parameters<typeof connectedServerAndClient>[2],
  ) {
    const [client, server, pump] = connectedServerAndClient(ProtocolClass, ProtocolClass, options);
    this.protocols = [client, server];
    this.pump = pump;
  }

  take(side: 0 | 1, action: Action): void {
    const { transport } = this.protocols[side];
    switch (action.does) {
      case 'write': {
        const data = pattern(action.bytes, this.written[side].length);
        const before = transport.bytesQueued;
        transport.write(data);
        if (transport.bytesQueued > before) this.written[side].push(data);
        break;
      }
      case 'pause':
        transport.pauseProducing();
        break;
      case 'resume':
        transport.resumeProducing();
        break;
      case 'loseWrite':
        transport.loseWriteConnection();
        break;
      case 'lose':
        transport.loseConnection();
        break;
      case 'abort':
        transport.abortConnection();
        break;
      case 'pump':
        this.pump.pump();
        break;
      case 'flush':
        this.pump.flush({ roundsMax: 100_000 });
        break;
      case 'advance':
        this.pump.advance(1);
        break;
    }
  }

  /**
   * Both read again, close, and get all the time that they could need. Two that have closed with more queued than there is room for
   * wait for each other, since neither reads any more, until they count as slow readers.
   */
  end(): void {
    for (const side of [0, 1] as const) {
      this.take(side, { does: 'resume' });
      this.take(side, { does: 'flush' });
    }
    for (const side of [0, 1] as const) this.take(side, { does: 'lose' });
    this.take(0, { does: 'flush' });
    for (let minute = 0; minute < 3; minute += 1) this.pump.advance(60);
  }

  sent(side: 0 | 1): Buffer {
    return Buffer.concat(this.written[side]);
  }

  heard(side: 0 | 1): Buffer {
    return this.protocols[side].received;
  }
}

describe('A connection in memory, whatever is done to it', () => {
  it('carries every byte in order as long as nobody aborts, with buffers of any size', () => {
    fc.assert(
      fc.property(steps(), ends, ends, (taken, server, client) => {
        const scene = new Scene(RecordingProtocol, { server, client });
        for (const { side, action } of taken) scene.take(side, action);
        scene.end();
        expect(scene.heard(1).equals(scene.sent(0))).to.equal(true);
        expect(scene.heard(0).equals(scene.sent(1))).to.equal(true);
        for (const { reason } of scene.protocols) expect(reason?.value).to.be.instanceOf(ConnectionDone);
      }),
    );
  });

  for (const ProtocolClass of [RecordingProtocol, RecordingHalfCloseProtocol]) {
    it(`ends each side once, with what came before, and leaves nothing (${ProtocolClass.name})`, () => {
      fc.assert(
        fc.property(steps('loseWrite', 'lose', 'abort', 'advance'), ends, ends, (taken, server, client) => {
          const scene = new Scene(ProtocolClass, { server, client });
          for (const { side, action } of taken) scene.take(side, action);
          scene.end();
          for (const side of [0, 1] as const) {
            const { events, reentered } = scene.protocols[side];
            expect(events.filter((event) => event === 'made')).to.have.length(1);
            expect(events.filter((event) => event === 'lost')).to.have.length(1);
            expect(events.at(-1)).to.equal('lost');
            expect(reentered).to.deep.equal([]);
            const heard = scene.heard(side);
            const sent = scene.sent(side === 0 ? 1 : 0);
            expect(heard.equals(sent.subarray(0, heard.length))).to.equal(true);
          }
          expect(scene.pump.idle).to.equal(true);
          expect(scene.pump.clock.getDelayedCalls()).to.deep.equal([]);
        }),
      );
    });
  }
});
