import { expect } from 'chai';
import { inspect } from 'node:util';
import { SystemError } from '../../src/errors/index.js';
import type { IFileDescriptorReservation, ITCPPort } from '../../src/interfaces/index.js';
import { NullFileDescriptorReservation } from '../../src/tcp/index.js';
import { RecordingFactory, RecordingProtocol, addressOf } from '../../src/testing/conformance/index.js';
import { numberAcceptsOf, recordPortEvents } from '../../src/testing/conformance/port-events.js';
import { describeOnKernel } from './on-kernel.js';

class Misbehaving extends NullFileDescriptorReservation implements IFileDescriptorReservation {
  override reserve(): void {
    throw new RangeError('reserve() throws');
  }
}

function listeningReaders(reactor: { getReaders(): readonly unknown[] }, port: ITCPPort): boolean {
  return reactor.getReaders().includes(port);
}

describeOnKernel('A Port that accepts', (it) => {
  // Twisted's numbers.
  it('so many in a turn as came last: more after a full turn, never less than one', async (env) => {
    const factory = new RecordingFactory();
    const port = env.listen(factory, { numberAccepts: 1 });
    env.peers.connect(addressOf(port));
    await env.drive(() => factory.protocols.length === 1);
    const afterFull = numberAcceptsOf(port);
    env.peers.connect(addressOf(port));
    await env.drive(() => factory.protocols.length === 2);
    const afterOne = numberAcceptsOf(port);
    env.faults.fail('accept4', { errno: 'EAGAIN' });
    env.peers.connect(addressOf(port));
    await env.drive(() => env.faults.count('accept4') >= 4);
    const afterNone = numberAcceptsOf(port);

    expect([afterFull, afterOne, afterNone]).to.deep.equal([21, 1, 1]);
  });

  it('no more in this turn once a protocol has paused accepting', async (env) => {
    const factory = new RecordingFactory({
      build: () => new RecordingProtocol({ made: () => port.pauseAccepting() }),
    });
    const port = env.listen(factory);
    for (let i = 0; i < 3; i += 1) env.peers.connect(addressOf(port));
    await env.drive(() => factory.protocols.length > 0);
    await env.drive.turns(5);
    expect(factory.protocols).to.have.length(1);
    port.resumeAccepting();
    await env.drive(() => factory.protocols.length === 2);
    await env.drive.turns(5);

    expect(factory.protocols).to.have.length(2);
  });

  it('again after both the user and an error have paused it, when both are over', async (env) => {
    const factory = new RecordingFactory();
    const port = env.listen(factory);
    env.faults.fail('accept4', { errno: 'ENFILE' });
    env.peers.connect(addressOf(port));
    await env.drive(() => port.counters.pauses === 1);
    port.pauseAccepting();
    port.resumeAccepting();
    expect(listeningReaders(env.reactor, port)).to.equal(false);
    port.pauseAccepting();
    await env.drive(() => env.reactor.getDelayedCalls().length === 0);
    await env.drive.turns(5);
    expect(factory.protocols).to.have.length(0);

    port.resumeAccepting();
    await env.drive(() => factory.protocols.length === 1);
    expect(listeningReaders(env.reactor, port)).to.equal(true);
  });

  it('and closes a client when what it needs of the kernel fails', async (env) => {
    for (const call of ['setsockopt', 'getsockname'] as const) {
      const factory = new RecordingFactory();
      const port = env.listen(factory, { interface: '0.0.0.0', noDelay: true });
      env.faults.fail(call, { errno: 'ENOBUFS' });
      const peer = env.peers.connect(addressOf(port));
      await env.drive(() => peer.sawClose);

      expect(port.counters.failed, call).to.equal(1);
      expect(port.connections.size).to.equal(0);
      expect(env.log.flushErrors(SystemError)).to.have.length(1);
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols.at(-1)?.made === true);
      expect(port.counters.accepted).to.equal(1);
    }
  });

  it('and closes a client whose factory closes the reactor', async (env) => {
    const factory = new RecordingFactory({
      build: () => {
        env.reactor.close();
        return new RecordingProtocol();
      },
    });
    const port = env.listen(factory);
    const peer = env.peers.connect(addressOf(port));
    await env.drive(() => peer.sawClose);

    expect(factory.protocols[0]?.made).to.equal(false);
    expect(port.counters.refused).to.equal(1);
  });

  it('and closes a client whose protocol closes the reactor', async (env) => {
    const factory = new RecordingFactory({
      build: () => new RecordingProtocol({ made: () => env.reactor.close() }),
    });
    const peer = env.peers.connect(addressOf(env.listen(factory)));
    await env.drive(() => peer.sawClose);

    expect(factory.protocols[0]?.events).to.deep.equal(['made', 'lost']);
  });

  for (const [what, built] of [
    ['a factory that forgets to return a protocol', undefined],
    ['an async factory', Promise.resolve(new RecordingProtocol())],
  ] as const) {
    it(`and closes the client of ${what}, which is logged`, async (env) => {
      const factory = Object.assign(new RecordingFactory(), { buildProtocol: () => built as never });
      const port = env.listen(factory);
      const peer = env.peers.connect(addressOf(port));
      await env.drive(() => peer.sawClose);

      expect(port.counters).to.include({ accepted: 0, failed: 1 });
      expect([...port.connections]).to.deep.equal([]);
      expect(env.log.flushErrors(TypeError)).to.have.length(1);
    });
  }

  it('whatever the names of protocols and factories do', async (env) => {
    const factory = new RecordingFactory({
      build: () => {
        const protocol = new RecordingProtocol();
        protocol.logPrefix = () => {
          throw new Error('no name');
        };
        return protocol;
      },
    });
    factory.logPrefix = () => {
      throw new Error('no name');
    };
    const port = env.listen(factory);
    env.faults.fail('accept4', { errno: 'ENFILE' });
    env.peers.connect(addressOf(port));
    await env.drive(() => factory.protocols[0]?.made === true);

    expect(inspect(port)).to.match(/^<Port of \? on/);
  });

  it('and goes on when the number of a client is one that somebody believes to be his still', async (env) => {
    const factory = new RecordingFactory();
    const port = env.listen(factory);
    env.peers.connect(addressOf(port));
    await env.drive(() => factory.protocols[0]?.made === true);
    const old = factory.protocols[0]!.transport;
    const next = env.peers.connect(addressOf(port));
    env.libc.close(old.fileno());
    await env.drive(() => next.sawClose);

    expect(port.counters.failed).to.equal(1);
    expect(env.log.flushErrors()).to.have.length(1);
    old.abortConnection();
    await env.drive(() => factory.protocols[0]?.lost === true);
    env.peers.connect(addressOf(port));
    await env.drive(() => factory.protocols.at(-1)?.made === true);
    expect(port.counters.accepted).to.equal(2);
  });

  it('without a spare when the reservation is broken, which is logged once', async (env) => {
    const reservation = new Misbehaving();
    const factory = new RecordingFactory();
    expect(() => env.listen(factory, { reservation })).to.throw('reserve() throws');
    reservation.reserve = () => {};
    const port = env.listen(factory, { reservation });
    reservation.reserve = () => {
      throw new RangeError('reserve() throws');
    };
    for (let i = 1; i <= 3; i += 1) {
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols.length === i);
    }

    expect(env.log.flushErrors(RangeError)).to.have.length(1);
  });

  it('again after the reservation has thrown while clients were to be shed', async (env) => {
    const reservation = new Misbehaving();
    reservation.reserve = () => {};
    reservation.available = () => true;
    reservation.enter = () => {
      throw new Error('enter() throws');
    };
    const factory = new RecordingFactory();
    const port = env.listen(factory, { reservation });
    const told = recordPortEvents(port);
    env.faults.fail('accept4', { errno: 'EMFILE' });
    env.peers.connect(addressOf(port));
    await env.drive(() => factory.protocols.length === 1);

    expect(env.log.flushErrors()).to.have.length(1);
    expect(told.slice(0, 3)).to.deep.equal([
      'descriptorsExhausted EMFILE',
      'acceptFailed EMFILE',
      'acceptPaused 50',
    ]);
  });

  it('and serves a client although the descriptors cannot be counted for a warning', async (env) => {
    const factory = new RecordingFactory();
    const port = env.listen(factory, { descriptorsLowAt: 0 });
    env.faults.fail('poll', { errno: 'ENOMEM' });
    env.peers.connect(addressOf(port));
    await env.drive(() => factory.protocols[0]?.made === true);

    expect(env.log.flushErrors(SystemError)).to.have.length(1);
  });
});
