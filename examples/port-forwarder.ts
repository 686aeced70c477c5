/**
 * A port forwarder: what comes to one place is passed on to another, and what that one says comes back.
 *
 *     npx tsx examples/port-forwarder.ts tcp:8000 tcp:127.0.0.1:9000
 *     npx tsx examples/port-forwarder.ts tcp:8000 tcp:example.org:80 --idle 60 --per-peer 20
 *
 * `--idle` closes a connection on which nothing has happened for so many seconds, `--per-peer` is how many connections an address may
 * have at a time. Ctrl-C stops it.
 */
import { parseArgs } from 'node:util';
import {
  HostnameEndpoint,
  type IProtocolFactory,
  LimitConnectionsByPeer,
  TimeoutFactory,
  clientFromString,
  getReactor,
  portforward,
  serverDescription,
  serverFromString,
} from '../src/index.js'; // 'heddle', in a program of yours

const USAGE = 'Usage: port-forwarder FROM TO [--idle SECONDS] [--per-peer CONNECTIONS]';

const reactor = getReactor();

function readArguments(): { from: string; to: string; idle?: string; perPeer?: string } {
  const { values, positionals } = parseArgs({
    options: { idle: { type: 'string' }, 'per-peer': { type: 'string' } },
    allowPositionals: true,
  });
  const [from, to, ...others] = positionals;
  if (from === undefined || to === undefined || others.length > 0) throw new SyntaxError(USAGE);
  const { idle, 'per-peer': perPeer } = values;
  return { from, to, ...(idle === undefined ? {} : { idle }), ...(perPeer === undefined ? {} : { perPeer }) };
}

/** A whole number above 0, from the command line. */
function positive(text: string, what: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number <= 0) throw new SyntaxError(`${what} must be a number above 0`);
  return number;
}

try {
  const { from, to, idle, perPeer } = readArguments();
  const endpoint = clientFromString(reactor, to);
  if (!(endpoint instanceof HostnameEndpoint)) throw new SyntaxError(`"${to}" isn't tcp:HOST:PORT`);
  const { host, port } = endpoint.destination;
  let factory: IProtocolFactory = new portforward.ProxyFactory(host, port, reactor);
  if (idle !== undefined) {
    factory = new TimeoutFactory(factory, { clock: reactor, timeoutPeriod: positive(idle, '--idle') });
  }
  if (perPeer !== undefined) {
    factory = new LimitConnectionsByPeer(factory, { maxConnectionsPerPeer: positive(perPeer, '--per-peer') });
  }
  const listening = await serverFromString(reactor, from).listen(factory);
  reactor.callWhenRunning(() => console.log(`forwarding ${serverDescription(listening.getHost())} to ${to}`));
  await reactor.run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
reactor.close();
