import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { CannotListenError, ReactorClosedError, SystemError } from '../../src/errors/index.js';
import type { ITCPPort } from '../../src/interfaces/index.js';
import type { ErrnoName } from '../../src/libc/index.js';
import type { LibcCall } from '../../src/testing/index.js';
import { RecordingFactory, addressOf } from '../../src/testing/conformance/index.js';
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
          .to.throw(CannotListenError)
          .and.to.include({ code: errno });
        expect(env.libc.descriptors.open).to.equal(openBefore);
        expect(factory.events).to.deep.equal([]);
        expect(env.reactor.getReaders()).to.have.length(1);
        env.listen(factory);
        expect(factory.events).to.deep.equal(['start']);
      });
    }

    // Beyond Twisted: E6
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
      expect(listen({ shed: 'nonsense' })).to.throw(
        RangeError,
        "shed must be 'fin', 'reset' or { farewell }, not 'nonsense'",
      );
      expect(listen({ shed: null })).to.throw(RangeError, 'not null');
      for (const numberAccepts of [0, 1.5, NaN, Infinity, '7']) {
        expect(listen({ numberAccepts })).to.throw(
          RangeError,
          'numberAccepts must be a whole number from 1 on',
        );
      }
      expect(listen({ backlog: NaN })).to.throw(
        RangeError,
        'backlog must be a whole number from 0 on, not NaN',
      );
      expect(listen({ backlog: -1 })).to.throw(RangeError, 'not -1');
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
      expect(inspect(port)).to.contain(`<Port of RecordingFactory on 127.0.0.1:${number}, accepting`);

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

      expect(inspect(factory.protocols[0]?.transport)).to.contain(`<RecordingProtocol #0 on ${number}, `);
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

    it('when its factory closes the reactor in doStart, and lets go of its abort signal', (env) => {
      const { signal } = new AbortController();
      const factory = new RecordingFactory({ start: () => env.reactor.close() });
      const port = env.listen(factory, { signal });

      expect(port.listening).to.equal(false);
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
});
