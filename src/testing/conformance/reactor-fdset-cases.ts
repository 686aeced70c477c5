import assert from 'node:assert/strict';
import { ConnectionDone, ConnectionFdescWentAway, ConnectionLost } from '../../errors/index.js';
import { Failure } from '../../defer/index.js';
import { logSystem } from '../../logger/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { RecordingDescriptor, makeDescriptorPair, takeSome } from './reactor-descriptor.js';

/** Which descriptors are watched, and what becomes of them. */
export const fdSetCases: readonly ConformanceCase[] = [
  {
    name: '`addReader()`: `doRead` is called while data waits, and no more once the reader is removed',
    cites: ['ReactorFDSetTestsBuilder.test_addReader'],
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      env.reactor.addReader(descriptor);
      await env.drive.turns(3);
      assert.deepEqual(descriptor.events, []);
      peer.send('x');
      descriptor.onRead = () => {
        // The first time nothing is taken: level-triggered, it is told again.
        if (descriptor.count('read') === 2) env.reactor.removeReader(descriptor);
      };
      await env.drive(() => descriptor.count('read') === 2);
      await env.drive.turns(3);
      assert.deepEqual(descriptor.events, ['read', 'read']);
      assert.deepEqual(env.reactor.getReaders(), []);
    },
  },
  {
    name: '`removeReader()`: a reader that was removed before a turn came is never called',
    cites: ['ReactorFDSetTestsBuilder.test_removeReader'],
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      peer.send('x');
      env.reactor.addReader(descriptor);
      env.reactor.removeReader(descriptor);
      await env.drive.turns(5);
      assert.deepEqual(descriptor.events, []);
    },
  },
  {
    name: '`addWriter()`: `doWrite` is called while writing is possible, and no more once the writer is removed',
    cites: ['ReactorFDSetTestsBuilder.test_addWriter'],
    async run(env) {
      const { descriptor } = makeDescriptorPair(env);
      env.reactor.addWriter(descriptor);
      descriptor.onWrite = () => {
        if (descriptor.count('write') === 2) env.reactor.removeWriter(descriptor);
      };
      await env.drive(() => descriptor.count('write') === 2);
      await env.drive.turns(3);
      assert.deepEqual(descriptor.events, ['write', 'write']);
      assert.deepEqual(env.reactor.getWriters(), []);
    },
  },
  {
    name: '`removeWriter()`: a writer that was removed before a turn came is never called',
    cites: ['ReactorFDSetTestsBuilder.test_removeWriter'],
    async run(env) {
      const { descriptor } = makeDescriptorPair(env);
      env.reactor.addWriter(descriptor);
      env.reactor.removeWriter(descriptor);
      await env.drive.turns(5);
      assert.deepEqual(descriptor.events, []);
    },
  },
  {
    name: '`getReaders()` and `getWriters()` tell exactly what is watched',
    cites: [
      'ReactorFDSetTestsBuilder.test_getReaders',
      'ReactorFDSetTestsBuilder.test_getWriters',
      'PosixReactorBaseTests.test_wakerIsInternalReader',
    ],
    run(env) {
      const { reactor } = env;
      const { descriptor: one } = makeDescriptorPair(env);
      const { descriptor: other } = makeDescriptorPair(env);
      // The reactor's own waker is a reader, too, and isn't told.
      assert.deepEqual([reactor.getReaders(), reactor.getWriters()], [[], []]);
      reactor.addReader(one);
      reactor.addReader(one);
      assert.deepEqual([reactor.getReaders(), reactor.getWriters()], [[one], []]);
      reactor.addWriter(one);
      reactor.addWriter(other);
      reactor.removeReader(other);
      assert.deepEqual([reactor.getReaders(), new Set(reactor.getWriters())], [[one], new Set([one, other])]);
      reactor.removeReader(one);
      reactor.removeWriter(other);
      assert.deepEqual([reactor.getReaders(), reactor.getWriters()], [[], [one]]);
      reactor.removeWriter(one);
      reactor.removeWriter(one);
      assert.deepEqual([reactor.getReaders(), reactor.getWriters()], [[], []]);
    },
  },
  {
    name: '`removeAll()` answers each descriptor once, and none of them is called afterwards',
    cites: [
      'ReactorFDSetTestsBuilder.test_removeAll',
      'PosixReactorBaseTests.test_removeAllReturnsRemovedDescriptors',
    ],
    async run(env) {
      const { reactor } = env;
      const { descriptor: both, peer } = makeDescriptorPair(env);
      const { descriptor: reader, peer: readersPeer } = makeDescriptorPair(env);
      const { descriptor: writer } = makeDescriptorPair(env);
      const { descriptor: watcher } = makeDescriptorPair(env);
      reactor.addReader(both);
      reactor.addWriter(both);
      reactor.addReader(reader);
      reactor.addWriter(writer);
      reactor.addHangUpWatch(watcher);
      for (const far of [peer, readersPeer]) far.send('x');
      const removed = reactor.removeAll();
      assert.equal(removed.length, 3);
      assert.deepEqual(new Set(removed), new Set([both, reader, writer]));
      assert.deepEqual([reactor.getReaders(), reactor.getWriters(), reactor.removeAll()], [[], [], []]);
      await env.drive.turns(5);
      for (const { events } of [both, reader, writer, watcher]) assert.deepEqual(events, []);
    },
  },
  {
    name: 'the waker survives `removeAll()`: a call from a thread still comes',
    async run(env) {
      env.reactor.removeAll();
      let called = false;
      env.reactor.callFromThread(() => (called = true));
      await env.drive(() => called);
    },
  },
  {
    name: '`fileno()` is not asked for once a descriptor has left the reactor',
    cites: ['ReactorFDSetTestsBuilder.test_removedFromReactor'],
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      let asked = 0;
      descriptor.onRead = () => {
        env.reactor.removeReader(descriptor);
        asked = descriptor.asked;
        descriptor.fd = -1;
      };
      peer.send('x');
      env.reactor.addReader(descriptor);
      await env.drive(() => descriptor.count('read') === 1);
      await env.drive.turns(3);
      assert.equal(descriptor.asked, asked);
      assert.deepEqual(descriptor.events, ['read']);
    },
  },
  {
    name: 'a descriptor whose number is -1 after `doRead` is removed and lost',
    cites: ['ReactorFDSetTestsBuilder.test_negativeOneFileDescriptor'],
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      descriptor.onRead = () => {
        descriptor.fd = -1;
      };
      peer.send('x');
      env.reactor.addReader(descriptor);
      env.reactor.addWriter(descriptor);
      descriptor.onWrite = () => env.reactor.removeWriter(descriptor);
      await env.drive(() => descriptor.count('lost') === 1);
      assertReason(descriptor.reason, ConnectionFdescWentAway);
      assert.deepEqual([env.reactor.getReaders(), env.reactor.getWriters()], [[], []]);
      await env.drive.turns(3);
      assert.equal(descriptor.count('read'), 1);
    },
  },
  {
    name: 'what has no number can not be watched',
    run({ reactor }) {
      const descriptor = new RecordingDescriptor(-1);
      assert.throws(() => reactor.addReader(descriptor), /no file descriptor/);
      assert.throws(() => reactor.addWriter(descriptor), /no file descriptor/);
    },
  },
  {
    name: 'two descriptors with one number can not be watched, unless the first has lost it',
    async run(env) {
      const { descriptor: first, peer } = makeDescriptorPair(env);
      const second = new RecordingDescriptor(first.fd);
      env.reactor.addReader(first);
      assert.throws(() => env.reactor.addReader(second), /watched already/);
      assert.throws(() => env.reactor.addWriter(second), /watched already/);
      first.fd = -1;
      env.reactor.addReader(second);
      peer.send('x');
      second.onRead = () => env.reactor.removeReader(second);
      await env.drive(() => second.count('read') === 1);
      assert.deepEqual(first.events, []);
    },
  },
  {
    name: 'an error that `doRead` or `doWrite` returns ends the descriptor with it',
    async run(env) {
      const returned = new Error('returned');
      const { descriptor: reader, peer } = makeDescriptorPair(env);
      const { descriptor: writer } = makeDescriptorPair(env);
      peer.send('x');
      reader.onRead = () => returned;
      writer.onWrite = () => new Failure(returned);
      env.reactor.addReader(reader);
      env.reactor.addWriter(writer);
      await env.drive(() => reader.count('lost') === 1 && writer.count('lost') === 1);
      assert.equal(reader.reason?.value, returned);
      assert.equal(writer.reason?.value, returned);
      assert.deepEqual([env.reactor.getReaders(), env.reactor.getWriters()], [[], []]);
      assert.deepEqual(env.log.errors, []);
    },
  },
  {
    name: 'a descriptor that removes itself and then returns a reason is lost all the same',
    async run(env) {
      const returned = new Error('returned');
      const { descriptor: reader, peer } = makeDescriptorPair(env);
      const { descriptor: writer } = makeDescriptorPair(env);
      peer.send('x');
      reader.onRead = () => {
        env.reactor.removeReader(reader);
        return returned;
      };
      writer.onWrite = () => {
        env.reactor.removeWriter(writer);
        env.reactor.addReader(writer);
        return returned;
      };
      env.reactor.addReader(reader);
      env.reactor.addWriter(writer);
      await env.drive(() => reader.count('lost') === 1 && writer.count('lost') === 1);
      await env.drive.turns(3);
      assert.deepEqual(
        [reader.events, writer.events],
        [
          ['read', 'lost'],
          ['write', 'lost'],
        ],
      );
      assert.deepEqual(env.reactor.getReaders(), []);
    },
  },
  {
    name: 'a descriptor that was forgotten, or lost, is not lost again by the reason that it returns',
    async run(env) {
      const { descriptor: forgotten } = makeDescriptorPair(env);
      const { descriptor: closing } = makeDescriptorPair(env);
      forgotten.onWrite = () => {
        env.reactor.forget(forgotten, { shared: true });
        return new Error('too late');
      };
      env.reactor.addWriter(forgotten);
      await env.drive(() => forgotten.count('write') === 1);
      closing.onWrite = () => {
        env.reactor.close();
        return new Error('too late');
      };
      env.reactor.addWriter(closing);
      await env.drive(() => closing.count('write') === 1);
      await env.drive.turns(3);
      assert.deepEqual([forgotten.events, closing.events], [['write'], ['write', 'lost']]);
      assert.equal(closing.reason?.check(ConnectionLost), ConnectionLost);
    },
  },
  {
    name: 'an exception in `doRead` or `doWrite` is logged once and ends that descriptor, and no other',
    async run(env) {
      const thrown = new Error('thrown');
      const fail = (): never => {
        throw thrown;
      };
      const { descriptor: reader, peer } = makeDescriptorPair(env);
      const { descriptor: writer } = makeDescriptorPair(env);
      const { descriptor: other } = makeDescriptorPair(env);
      peer.send('x');
      reader.onRead = fail;
      writer.onWrite = fail;
      for (const descriptor of [reader, other]) env.reactor.addReader(descriptor);
      for (const descriptor of [writer, other]) env.reactor.addWriter(descriptor);
      await env.drive(() => reader.count('lost') === 1 && writer.count('lost') === 1);
      await env.drive(() => other.count('write') > 3);
      assert.deepEqual([reader.reason?.value, writer.reason?.value], [thrown, thrown]);
      assert.equal(env.log.flushErrors((record) => record.properties['error'] === thrown).length, 2);
      assert.equal(other.count('lost'), 0);
    },
  },
  {
    name: 'an exception in `connectionLost` is logged once, and the turn goes on',
    async run(env) {
      const thrown = new Error('thrown by connectionLost');
      const { descriptor } = makeDescriptorPair(env);
      const { descriptor: other } = makeDescriptorPair(env);
      descriptor.onWrite = () => new ConnectionLost();
      descriptor.onLost = () => {
        throw thrown;
      };
      env.reactor.addWriter(descriptor);
      env.reactor.addWriter(other);
      await env.drive(() => descriptor.count('lost') === 1 && other.count('write') > 3);
      assert.equal(env.log.flushErrors((record) => record.properties['error'] === thrown).length, 1);
      assert.deepEqual(descriptor.events, ['write', 'lost']);
    },
  },
  {
    name: 'a descriptor that was dropped by another one in the same turn gets nothing more',
    async run(env) {
      const pairs = [makeDescriptorPair(env), makeDescriptorPair(env)] as const;
      for (const { descriptor, peer } of pairs) {
        peer.send('x');
        descriptor.onRead = () => {
          for (const each of pairs) env.reactor.forget(each.descriptor, { shared: true });
        };
        env.reactor.addReader(descriptor);
      }
      await env.drive(() => pairs.some(({ descriptor }) => descriptor.events.length > 0));
      await env.drive.turns(3);
      const events = pairs.flatMap(({ descriptor }) => descriptor.events);
      assert.deepEqual(events, ['read']);
    },
  },
  {
    name: 'a stale event for a closed number does not reach the next descriptor with that number',
    cites: ['C10', 'ReactorFDSetTestsBuilder.test_lostFileDescriptor'],
    async run(env) {
      const { libc, reactor } = env;
      const pairs = [makeDescriptorPair(env), makeDescriptorPair(env)] as const;
      const { descriptor: newcomer } = makeDescriptorPair(env);
      // Both have data, so both are in one batch. Whoever comes first closes the other's number and opens it anew.
      pairs.forEach(({ descriptor, peer }, index) => {
        const victim = pairs[1 - index]?.descriptor ?? descriptor;
        peer.send('x');
        descriptor.onRead = () => {
          takeSome(env, descriptor);
          if (newcomer.fd === victim.fd) return;
          const { fd } = victim;
          reactor.forget(victim);
          libc.close(fd);
          const own = newcomer.fd;
          // The lowest number that is free: the victim's.
          assert.equal(libc.dup(own), fd);
          newcomer.fd = fd;
          reactor.addReader(newcomer);
          env.addCleanup(() => {
            reactor.forget(newcomer, { shared: true });
            newcomer.fd = own;
          });
        };
        reactor.addReader(descriptor);
      });
      await env.drive(() => pairs.some(({ descriptor }) => descriptor.events.length > 0));
      await env.drive.turns(3);
      assert.deepEqual(
        pairs.flatMap(({ descriptor }) => descriptor.events),
        ['read'],
      );
      assert.deepEqual(newcomer.events, []);
    },
  },
  {
    name: 'a reader whose other side closed gets what is left and then the end; what it returns ends it',
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      const taken: number[] = [];
      descriptor.onRead = () => {
        const n = takeSome(env, descriptor);
        taken.push(n);
        return n === 0 ? new ConnectionDone() : undefined;
      };
      env.reactor.addReader(descriptor);
      peer.send('last');
      peer.close();
      await env.drive(() => descriptor.count('lost') === 1);
      assert.deepEqual(taken, [4, 0]);
      assertReason(descriptor.reason, ConnectionDone);
    },
  },
  {
    name: 'while a descriptor is called, log records name it as their `system`',
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      const systems: string[] = [];
      const note = (): void => void systems.push(logSystem());
      descriptor.onRead = note;
      descriptor.onWrite = () => {
        note();
        return new Error('enough');
      };
      descriptor.onLost = note;
      peer.send('x');
      env.reactor.addReader(descriptor);
      env.reactor.addWriter(descriptor);
      await env.drive(() => descriptor.count('lost') === 1);
      const prefix = descriptor.logPrefix();
      assert.deepEqual(systems, [prefix, prefix, prefix]);
      assert.equal(logSystem(), '-');
    },
  },
];
