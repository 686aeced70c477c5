import { expect } from 'chai';
import { ConnectionDetached, ConnectionLost } from '../../src/errors/index.js';
import type { ITCPTransport } from '../../src/interfaces/index.js';
import { makeServerPair } from '../../src/testing/conformance/index.js';
import { describeOnKernel } from './on-kernel.js';

/** A push producer that keeps what it is told. */
function makeProducer(): { readonly told: string[]; register(transport: ITCPTransport): void } {
  const told: string[] = [];
  const producer = {
    pauseProducing: () => void told.push('pause'),
    resumeProducing: () => void told.push('resume'),
    stopProducing: () => void told.push('stop'),
  };
  return { told, register: (transport) => transport.registerProducer(producer, true) };
}

describeOnKernel('A connection that was detached', (it) => {
  for (const end of ['a later turn', 'the end of the reactor'] as const) {
    it(`tells its protocol in ${end}, once, and keeps nothing`, async (env) => {
      const { protocol, transport } = await makeServerPair(env);
      const fd = transport.detach();
      env.addCleanup(() => env.libc.close(fd));
      expect(protocol.lost).to.equal(false);
      if (end === 'the end of the reactor') env.reactor.close();
      await env.drive(() => protocol.lost);
      await env.drive.turns(2);

      expect(protocol.events).to.deep.equal(['made', 'lost']);
      expect(protocol.reason?.value).to.be.instanceOf(ConnectionDetached);
    });
  }
});

describeOnKernel('A connection whose producer closes the reactor when it is stopped', (it) => {
  it('tells its protocol of its end once, with bytes still queued', async (env) => {
    const { peer, protocol, transport } = await makeServerPair(env);
    peer.stopReading();
    let stopped = false;
    const producer = {
      pauseProducing: () => {},
      resumeProducing: () => {},
      stopProducing: () => {
        stopped = true;
        env.reactor.close();
      },
    };
    transport.registerProducer(producer, true);
    transport.write(Buffer.alloc(16 * 1024 * 1024));
    await env.drive.turns(2);
    expect(transport.bytesQueued).to.be.greaterThan(0);
    peer.shutdownWrite();
    await env.drive(() => stopped);

    expect(protocol.events).to.deep.equal(['made', 'lost']);
  });
});

describeOnKernel('A connection that nobody reads any more', (it) => {
  it('is lost when the peer resets it after its end, though nothing is written', async (env) => {
    const { peer, protocol } = await makeServerPair(env, { halfClose: true });
    peer.shutdownWrite();
    await env.drive(() => protocol.readLost);
    await env.drive.turns(5);
    peer.reset();
    await env.drive(() => protocol.lost);

    expect(protocol.reason?.value).to.be.instanceOf(ConnectionLost);
    expect(protocol.events).to.deep.equal(['made', 'readLost', 'lost']);
  });

  it('is lost when the peer resets it while the close waits for a producer', async (env) => {
    const { peer, protocol, transport } = await makeServerPair(env);
    const producer = makeProducer();
    producer.register(transport);
    transport.loseConnection();
    await env.drive.turns(5);
    expect(protocol.lost).to.equal(false);
    peer.reset();
    await env.drive(() => protocol.lost);

    expect(producer.told).to.deep.equal(['stop']);
    expect(protocol.reason?.value).to.be.instanceOf(ConnectionLost);
  });

  // Beyond Twisted: C4
  it('waits to be resumed when the peer resets it while it is paused, without spinning', async (env) => {
    const { peer, protocol, transport } = await makeServerPair(env);
    const producer = makeProducer();
    producer.register(transport);
    const hangUps: string[] = [];
    transport.events.on('hangUp', (how) => hangUps.push(how));
    transport.pauseProducing();
    await env.drive.turns(2);
    peer.reset();
    await env.drive(() => hangUps.length > 0);
    const waits = env.faults.count('epoll_wait');
    await env.drive.turns(20);
    expect(env.faults.count('epoll_wait') - waits).to.be.at.most(1);
    expect([producer.told, protocol.lost]).to.deep.equal([['stop'], false]);
    transport.resumeProducing();
    await env.drive(() => protocol.lost);

    expect(hangUps).to.deep.equal(['reset']);
    expect((protocol.reason?.value as ConnectionLost).code).to.equal('ECONNRESET');
  });
});
