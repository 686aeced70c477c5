import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { CannotListenError, ReactorClosedError, SystemError } from '../../src/errors/index.js';
import type { IFileDescriptorReservation, ITCPPort } from '../../src/interfaces/index.js';
import type { ErrnoName } from '../../src/libc/index.js';
import { NullFileDescriptorReservation } from '../../src/tcp/index.js';
import type { LibcCall } from '../../src/testing/index.js';
import { RecordingFactory, RecordingProtocol, addressOf } from '../../src/testing/conformance/index.js';
import { numberAcceptsOf, recordPortEvents } from '../../src/testing/conformance/port-events.js';
import { describeOnKernel, recordCalls } from './on-kernel.js';

/** The calls that listening makes, with an errno that each may give (their man pages). */
const listeningCalls: readonly (readonly [call: LibcCall, errno: ErrnoName])[] = [
  ['socket', 'EMFILE'],
  ['socket', 'ENFILE'],
  ['socket', 'ENOBUFS'],
  ['setsockopt', 'ENOMEM'],
  ['bind', 'EADDRINUSE'],
  ['bind', 'EACCES'],
  ['bind', 'EADDRNOTAVAIL'],
  ['listen', 'EADDRINUSE'],
  ['getsockname', 'ENOBUFS'],
];

class Misbehaving extends NullFileDescriptorReservation implements IFileDescriptorReservation {
  override reserve(): void {
    throw new RangeError('reserve() throws');
  }
}

function listeningReaders(reactor: { getReaders(): readonly unknown[] }, port: ITCPPort): boolean {
  return reactor.getReaders().includes(port);
}

describeOnKernel('Port', (it) => {
  describe('begins to listen', () => {
    it('with the spare descriptor, which comes first of all', (env) => {
      const made = recordCalls(env, ['eventfd', 'socket', 'setsockopt', 'bind', 'listen', 'getsockname']);
      env.listen(new RecordingFactory());

      expect(made).to.deep.equal(['eventfd', 'socket', 'setsockopt', 'bind', 'listen', 'getsockname']);
    });

    for (const [call, errno] of listeningCalls) {
      it(`or not at all, when ${call} fails with ${errno}: nothing is left open, and it can be tried again`, (env) => {
        const factory = new RecordingFactory();
        env.listen(new RecordingFactory());
        const openBefore = env.libc.descriptors.open;
        env.faults.fail(call, { errno });

        expect(() => env.reactor.listenTCP(0, factory, { interface: '127.0.0.1' }))
          .to.throw(call === 'getsockname' ? SystemError : CannotListenError)
          .and.to.include({ code: errno });
        expect(env.libc.descriptors.open).to.equal(openBefore);
        expect(factory.events).to.deep.equal([]);
        expect(env.reactor.getReaders()).to.have.length(1);
        env.listen(factory);
        expect(factory.events).to.deep.equal(['start']);
      });
    }

    // beyond-twisted.md E6
    it('or tells the limit and the number in use when there is no descriptor left', (env) => {
      env.faults.fail('socket', { errno: 'EMFILE' });

      expect(() => env.listen(new RecordingFactory())).to.throw(/EMFILE.*\d+ of \d+ descriptors in use/);
    });

    it('or tells EMFILE all the same when the descriptors cannot be counted', (env) => {
      env.faults.fail('socket', { errno: 'EMFILE' }).fail('poll', { errno: 'EINTR', persist: true });

      expect(() => env.listen(new RecordingFactory())).to.throw(CannotListenError, 'EMFILE');
    });

    it('or lets the error through that the reservation has, as it is', (env) => {
      env.faults.fail('eventfd', { errno: 'ENFILE' });

      expect(() => env.listen(new RecordingFactory())).to.throw(SystemError, 'ENFILE');
      expect(env.faults.count('socket')).to.equal(0);
    });

    it('although the spare descriptor cannot be had for EMFILE', (env) => {
      env.faults.fail('eventfd', { errno: 'EMFILE' });
      const port = env.listen(new RecordingFactory());

      expect(port.listening).to.equal(true);
      expect(env.log.flushErrors(SystemError)).to.have.length(1);
    });

    it('on no closed reactor', async (env) => {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      await env.drive.result(port.stopListening());
      env.reactor.close();

      expect(() => port.startListening()).to.throw(ReactorClosedError);
      expect(factory.events).to.deep.equal(['start', 'stop']);
    });

    it('not while it is still stopping', async (env) => {
      const port = env.listen(new RecordingFactory());
      const stopped = port.stopListening();

      expect(() => port.startListening()).to.throw('still stopping');
      expect(port.listening).to.equal(false);
      await env.drive.result(stopped);
      port.startListening();
      expect(port.listening).to.equal(true);
    });

    it('once: while it listens, startListening() does nothing', (env) => {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      const fd = port.fileno();
      port.startListening();

      expect(port.fileno()).to.equal(fd);
      expect(factory.events).to.deep.equal(['start']);
    });

    it('with options that make sense only', (env) => {
      const listen = (options: object) => () => env.listen(new RecordingFactory(), options);

      expect(listen({ shed: { farewell: 'text' } })).to.throw(TypeError, 'Data must be bytes');
      expect(listen({ descriptorsLowAt: 2 })).to.throw(RangeError);
      expect(listen({ writeQueueLimit: -1 })).to.throw(RangeError);
      expect(listen({ slowReaderTimeoutMs: NaN })).to.throw(RangeError);
    });
  });

  describe('tells', () => {
    it('where it listens, and while it does not, what was asked for', async (env) => {
      const port = env.listen(new RecordingFactory());
      const { host, port: number } = addressOf(port);
      expect([host, number > 0]).to.deep.equal(['127.0.0.1', true]);
      expect(inspect(port)).to.equal(`<Port of RecordingFactory on 127.0.0.1:${number}>`);

      await env.drive.result(port.stopListening());

      expect(addressOf(port).port).to.equal(0);
      expect(inspect(port)).to.match(/^<Port of RecordingFactory not listening on 127\.0\.0\.1:/);
    });

    it('its connections their port number, also when it has stopped', async (env) => {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      const { port: number } = addressOf(port);
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols[0]?.made === true);
      await env.drive.result(port.stopListening());

      expect(inspect(factory.protocols[0]?.transport)).to.equal(`<RecordingProtocol #0 on ${number}>`);
    });
  });

  describe('stops', () => {
    for (const event of [
      'descriptorsExhausted',
      'clientShed',
      'acceptFailed',
      'acceptPaused',
      'recovered',
      'connection',
    ] as const) {
      it(`when a listener of \`${event}\` asks for it`, async (env) => {
        const factory = new RecordingFactory();
        const port = env.listen(factory);
        port.events.on(event, () => void port.stopListening());
        const errno = event === 'clientShed' ? 'EMFILE' : 'ENOMEM';
        if (event !== 'connection') env.faults.fail('accept4', { errno });
        env.peers.connect(addressOf(port));
        await env.drive(() => factory.events.includes('stop'));

        expect(port.listening).to.equal(false);
        expect(port.fileno()).to.equal(-1);
        expect(env.reactor.getDelayedCalls()).to.deep.equal([]);
      });
    }

    for (const errno of ['ENOMEM', 'ENOSPC'] as const) {
      it(`when epoll will not watch it (${errno}), which is logged and told`, async (env) => {
        const factory = new RecordingFactory();
        env.faults.fail('epoll_ctl', { errno });
        const port = env.listen(factory);
        const reasons: unknown[] = [];
        port.events.once('closed', (reason) => reasons.push((reason?.value as SystemError).code));
        await env.drive(() => factory.events.includes('stop'));

        expect(reasons).to.deep.equal([errno]);
        expect(env.log.flushErrors(SystemError)).to.have.length(1);
        port.startListening();
        expect(port.listening).to.equal(true);
      });
    }

    it('and lets go of its abort signal', async (env) => {
      const { signal } = new AbortController();
      const port = env.listen(new RecordingFactory(), { signal });
      expect(getEventListeners(signal, 'abort')).to.have.length(1);

      await env.drive.result(port.stopListening());

      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });

    it('while it rests, and starts again with a clean sheet', async (env) => {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      env.faults.fail('accept4', { errno: 'ENOMEM' });
      env.peers.connect(addressOf(port));
      await env.drive(() => port.counters.pauses === 1);
      await env.drive.result(port.stopListening());
      port.startListening();
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols.length === 1);

      expect(listeningReaders(env.reactor, port)).to.equal(true);
    });
  });

  describe('accepts', () => {
    // Twisted: SelectReactorTests.test_acceptScaling
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
});
