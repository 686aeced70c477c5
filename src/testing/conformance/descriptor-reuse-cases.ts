import assert from 'node:assert/strict';
import { EFD_CLOEXEC, EFD_NONBLOCK } from '../../libc/constants.js';
import { checked } from '../../libc/index.js';
import type { ConformanceCase } from './case.js';
import { addressOf } from './environment.js';
import { makeServerPair } from './pairs.js';
import { RecordingProtocol } from './recording-protocol.js';

/** A descriptor's number goes to somebody else while an event for its former owner is under way. */
export const descriptorReuseCases: readonly ConformanceCase[] = [
  {
    name: 'an event of a descriptor that was closed in the same turn doesn’t reach the next one with its number',
    cites: ['C10'],
    async run(env) {
      const { drive, libc, reactor } = env;
      const pairs = [await makeServerPair(env), await makeServerPair(env)] as const;
      const told: string[] = [];
      let reused: number | undefined;
      // Whichever is called first closes the other one, and takes its number.
      for (const [i, { protocol }] of pairs.entries()) {
        protocol.hooks.data = () => {
          const other = pairs[1 - i]?.protocol;
          if (reused !== undefined || !(other instanceof RecordingProtocol)) return;
          const fd = other.transport.detach();
          libc.close(fd);
          reused = checked(libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 'eventfd');
          assert.equal(reused, fd);
          reactor.addReader({
            fileno: () => fd,
            logPrefix: () => 'next owner',
            doRead: () => void told.push('read'),
            connectionLost: () => void told.push('lost'),
          });
        };
      }
      for (const { peer } of pairs) peer.send('both are ready in one turn');
      await drive(() => reused !== undefined);
      await drive.turns(10);
      const [reader] = reactor.getReaders().filter((each) => each.logPrefix() === 'next owner');
      assert.ok(reader !== undefined);
      reactor.removeReader(reader);
      libc.close(reader.fileno());
      assert.deepEqual(told, []);
      assert.equal(pairs.filter(({ protocol }) => protocol.events.includes('data')).length, 1);
    },
  },
  {
    name: 'connections that come and go in great number never mix up, though their numbers are used again and again',
    cites: ['C10'],
    async run(env) {
      const { factory, port } = await makeServerPair(env);
      const place = addressOf(port);
      for (let round = 0; round < 20; round += 1) {
        const first = factory.protocols.length;
        const peers = Array.from({ length: 10 }, () => env.peers.connect(place));
        await env.drive(() => factory.protocols.length === first + peers.length);
        const protocols = factory.protocols.slice(first);
        for (const [i, peer] of peers.entries()) peer.send(`round ${round}, client ${i}`);
        for (const protocol of protocols.filter((_, i) => i % 3 === 0)) protocol.transport.abortConnection();
        for (const protocol of protocols.filter((_, i) => i % 3 === 1)) protocol.transport.loseConnection();
        await env.drive.turns(1);
        for (const peer of peers) peer.close();
        await env.drive(() => protocols.every((protocol) => protocol.lost));
        for (const { events } of protocols) {
          assert.deepEqual([events[0], events.at(-1)], ['made', 'lost']);
          assert.equal(events.filter((event) => event === 'lost').length, 1);
        }
        const texts = protocols.map(({ received }) => received.toString()).filter((text) => text !== '');
        assert.equal(new Set(texts).size, texts.length);
        assert.ok(texts.every((text) => text.startsWith(`round ${round}, `)));
      }
    },
  },
];
