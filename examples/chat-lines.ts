/**
 * A chat with nicknames:
 *
 *     npx tsx examples/chat-lines.ts                    on 127.0.0.1, port 8124
 *     npx tsx examples/chat-lines.ts 9000 0.0.0.0       elsewhere
 *
 * Join it with `nc 127.0.0.1 8124`. Who doesn't read what the others say loses the connection when 1 MiB waits for him, or nothing
 * was taken for a minute. The protocol is in chat-room.ts. Ctrl-C stops it.
 */
import { TCP4ServerEndpoint, getReactor, serverDescription } from '../src/index.js'; // 'heddle', in a program of yours
import { ChatRoom } from './chat-room.js';

const reactor = getReactor();

try {
  const [number = '8124', host = '127.0.0.1'] = process.argv.slice(2);
  const endpoint = new TCP4ServerEndpoint(reactor, Number(number), {
    interface: host,
    writeQueueLimit: 1024 * 1024,
    slowReaderTimeoutMs: 60_000,
  });
  const port = await endpoint.listen(new ChatRoom());
  reactor.callWhenRunning(() => console.log(`listening on ${serverDescription(port.getHost())}`));
  await reactor.run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
reactor.close();
