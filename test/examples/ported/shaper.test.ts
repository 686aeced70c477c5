import { expect } from 'chai';
import { slowChargen, slowWeb } from '../../../examples/ported/shaper.js';
import { Clock } from '../../../src/index.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';
import { served } from './served.js';

/** What passes at once is at most what two seconds allow, and the piece by which that was exceeded. */
const BURST = 2;

describeOnKernel('examples/ported/shaper.ts', (it) => {
  it('sends characters at a rate that all clients share', async (env) => {
    const clock = new Clock();
    const factory = slowChargen(clock);
    const place = served(env, factory);
    const peers = [env.peers.connect(place), env.peers.connect(place)];
    const received = (): number => peers.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0);
    await env.drive(() => factory.writesThrottled && factory.protocols.size === 2);
    await env.drive.turns(20);
    const first = received();
    expect(first).to.be.within(BURST * 20_000, BURST * 20_000 + 2 * 7030);
    // Ten seconds bring what ten seconds may, give or take a burst.
    for (let hundredth = 0; hundredth < 1000; hundredth += 1) {
      clock.advance(0.01);
      await env.drive.turns(1);
    }
    await env.drive.turns(20);
    expect(received() - first).to.be.within(10 * 20_000 - first, 10 * 20_000 + first);
    for (const peer of peers) peer.reset();
    await env.drive(() => factory.protocols.size === 0);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('sends a page at its rate, and all of it', async (env) => {
    const clock = new Clock();
    const peer = env.peers.connect(served(env, slowWeb(clock)));
    peer.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await env.drive(() => {
      clock.advance(0.01);
      return peer.sawClose;
    });
    const [head = '', body = ''] = peer.received.toString().split('\r\n\r\n');
    expect(Number(/Content-Length: (\d+)/.exec(head)![1])).to.equal(body.length);
    expect(body).to.match(/takes its time\.\n$/);
    expect(clock.seconds()).to.be.within(body.length / 100_000 - BURST, body.length / 100_000 + BURST);
  });
});
