import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.js';
import { makeDescriptorPair, takeSome } from './reactor-descriptor.js';

/** Hang-ups that nobody reads: told once, and no spinning. */
export const hangUpCases: readonly ConformanceCase[] = [
  {
    name: 'the end of the other side is told once to who does not read, with data still unread',
    cites: ['C4'],
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      env.reactor.addHangUpWatch(descriptor);
      await env.drive.turns(3);
      assert.deepEqual(descriptor.events, []);
      peer.send('unread');
      peer.shutdownWrite();
      await env.drive(() => descriptor.events.length > 0);
      await env.drive.turns(5);
      assert.deepEqual(descriptor.events, ['ended']);
    },
  },
  {
    name: 'an end that has become a reset is told as both, each once',
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      env.reactor.addHangUpWatch(descriptor);
      peer.shutdownWrite();
      await env.drive(() => descriptor.events.length > 0);
      // Closing with something unread resets.
      peer.stopReading();
      env.libc.send(descriptor.fd, Buffer.from('x'), 0, 1, 0);
      peer.close();
      await env.drive(() => descriptor.events.length > 1);
      await env.drive.turns(5);
      assert.deepEqual(descriptor.events, ['ended', 'reset']);
    },
  },
  {
    name: 'who reads learns of the end by reading, and of nothing else',
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      descriptor.onRead = () => {
        if (takeSome(env, descriptor) === 0) env.reactor.removeReader(descriptor);
      };
      env.reactor.addHangUpWatch(descriptor);
      env.reactor.addReader(descriptor);
      peer.send('x');
      await env.drive(() => descriptor.events.length === 1);
      peer.close();
      await env.drive(() => descriptor.events.length === 2);
      assert.deepEqual(descriptor.events, ['read', 'read']);
    },
  },
  {
    name: 'a descriptor that was told while it did not read gets data and end when it reads again',
    cites: ['C4'],
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      const taken: number[] = [];
      descriptor.onRead = () => {
        taken.push(takeSome(env, descriptor));
        if (taken.at(-1) === 0) env.reactor.forget(descriptor, { shared: true });
      };
      env.reactor.addHangUpWatch(descriptor);
      peer.send('late');
      peer.close();
      await env.drive(() => descriptor.events.length > 0);
      env.reactor.addReader(descriptor);
      await env.drive(() => taken.length === 2);
      assert.deepEqual(taken, [4, 0]);
      assert.deepEqual(descriptor.events, ['ended', 'read', 'read']);
    },
  },
  {
    name: 'an exception in `hangUp` is logged once, and the descriptor is lost with it',
    async run(env) {
      const thrown = new Error('thrown by hangUp');
      const { descriptor, peer } = makeDescriptorPair(env);
      const { descriptor: other } = makeDescriptorPair(env);
      descriptor.onHangUp = () => {
        throw thrown;
      };
      env.reactor.addHangUpWatch(descriptor);
      env.reactor.addWriter(other);
      peer.close();
      await env.drive(() => descriptor.count('lost') === 1 && other.count('write') > 3);
      assert.equal(descriptor.reason?.value, thrown);
      assert.equal(env.log.flushErrors((record) => record.properties['error'] === thrown).length, 1);
    },
  },
];
