/**
 * A server that speaks Redis's protocol and keeps everything in memory:
 *
 *     npx tsx examples/resp-server.ts                on 127.0.0.1, port 6379
 *     npx tsx examples/resp-server.ts tcp:7000       elsewhere
 *
 * It knows PING, ECHO, SET (with EX or PX), GET, DEL, INCR, EXPIRE, TTL and QUIT. Talk to it with redis-cli, measure it with
 * `redis-benchmark -t ping,set,get,incr -P 16`. Ctrl-C stops it.
 */
import { getReactor, serverDescription, serverFromString } from '../src/index.js'; // 'heddle', in a program of yours
import { RespFactory } from './resp-protocol.js';

/** How often values whose time is over are forgotten though nobody asks for them. */
const SWEEP_SECONDS = 1;

const reactor = getReactor();
const factory = new RespFactory(reactor);

function sweep(): void {
  factory.store.sweep();
  reactor.callLater(SWEEP_SECONDS, sweep);
}

try {
  const endpoint = serverFromString(reactor, process.argv[2] ?? 'tcp:6379:interface=127.0.0.1');
  const port = await endpoint.listen(factory);
  reactor.callWhenRunning(() => console.log(`listening on ${serverDescription(port.getHost())}`));
  sweep();
  await reactor.run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
reactor.close();
