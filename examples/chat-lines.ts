/**
 * A chat with nicknames:
 *
 *     npx tsx examples/chat-lines.ts                on 127.0.0.1, port 8124
 *     npx tsx examples/chat-lines.ts tcp:9000       elsewhere
 *
 * Join it with `nc 127.0.0.1 8124`. Who doesn't read what the others say loses the connection when 1 MiB waits for him, or nothing
 * was taken for a minute. The protocol is in chat-room.ts. Ctrl-C stops it.
 */
import { getReactor } from '../src/index.js'; // 'heddle', in a program of yours
import { ChatRoom } from './chat-room.js';
import { formatEndpoint, parseEndpoint } from './endpoint.js';

const reactor = getReactor();

try {
  const { port, host } = parseEndpoint(process.argv[2] ?? 'tcp:8124:interface=127.0.0.1');
  const listening = reactor.listenTCP(port, new ChatRoom(), {
    interface: host,
    writeQueueLimit: 1024 * 1024,
    slowReaderTimeoutMs: 60_000,
  });
  reactor.callWhenRunning(() => console.log(`listening on ${formatEndpoint(listening.getHost())}`));
  await reactor.run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
reactor.close();
