import { expect } from 'chai';
import { Pulled, Pushed } from '../../../examples/ported/howto/producers.js';
import { IntegerServer } from '../../../examples/ported/streaming.js';
import { Factory, type IAddress } from '../../../src/index.js';
import type { ConformanceEnvironment, Peer } from '../../../src/testing/conformance/index.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';
import { heard, served, talk } from './served.js';

/** Builds protocols of a class and keeps the last one. */
class Keeping<P extends Pulled | Pushed | IntegerServer> extends Factory<P> {
  last: P | undefined;

  constructor(override readonly protocol: new () => P) {
    super();
  }

  override buildProtocol(address: IAddress): P | null {
    return (this.last = super.buildProtocol(address) as P);
  }
}

/** A client that takes little at a time, and doesn't begin to. */
function slowPeer(env: ConformanceEnvironment, factory: Factory): Peer {
  const peer = env.peers.connect(served(env, factory), { receiveBufferBytes: 4096 });
  peer.stopReading();
  return peer;
}

describeOnKernel('examples/ported/streaming.ts', (it) => {
  it('sends as many integers as were asked for, and rests while they are not read', async (env) => {
    const factory = new Keeping(IntegerServer);
    const peer = slowPeer(env, factory);
    peer.send('500000\r\n');
    await env.drive(() => factory.last?.producer?.paused === true);
    const { producer, transport } = factory.last!;
    expect(producer!.left).to.be.greaterThan(0);
    // The mark of 64 KiB, and the line that went above it.
    expect(transport.bytesQueued).to.be.at.most(65_536 + 6);
    peer.resumeReading();
    await env.drive(() => peer.sawEnd);
    const [question, ...integers] = peer.received.toString().split('\r\n').slice(0, -1);
    expect([question, integers.length, peer.sawReset]).to.deep.equal(['How many?', 500_000, false]);
    expect(integers.find((text) => !/^\d{1,4}$/.test(text))).to.equal(undefined);
    expect(producer!.pauses).to.be.greaterThan(1);
  });

  it('sends none when none are wanted, and nothing to nonsense', async (env) => {
    const place = served(env, Factory.forProtocol(IntegerServer));
    expect(await talk(env, place, '0\r\n')).to.equal('How many?\r\n');
    expect(await talk(env, place, 'many\r\n')).to.equal('How many?\r\nThat is no number of integers\r\n');
  });

  it('stops when its reader goes away', async (env) => {
    const factory = new Keeping(IntegerServer);
    const peer = slowPeer(env, factory);
    peer.send('500000\r\n');
    await env.drive(() => factory.last?.producer?.paused === true);
    const { producer, transport } = factory.last!;
    peer.reset();
    await env.drive.result(transport.whenLost());
    expect(producer!.left).to.be.greaterThan(0);
  });
});

describeOnKernel('examples/ported/howto/producers.ts', (it) => {
  for (const kind of [Pulled, Pushed]) {
    it(`${kind.name}: sends until the reader is gone, and no more than he takes`, async (env) => {
      const factory = new Keeping<Pulled | Pushed>(kind);
      const peer = slowPeer(env, factory);
      let queued = -1;
      await env.drive(() => (factory.last?.transport.bytesQueued ?? 0) > 0);
      while (queued !== factory.last!.transport.bytesQueued) {
        queued = factory.last!.transport.bytesQueued;
        await env.drive.turns(20);
      }
      // The mark of 64 KiB, and the piece that came on top of it.
      expect(queued).to.be.within(1, 65_536 + 6000);
      peer.resumeReading();
      await heard(env, peer, '1234\r\n'.repeat(1_000_000));
      expect(peer.received.subarray(0, 1000).toString()).to.match(/^(\d{1,4}\r\n)+/);
      peer.reset();
      await env.drive.result(factory.last!.transport.whenLost());
      expect(factory.last!.producer!.stopped).to.equal(true);
    });
  }
});
