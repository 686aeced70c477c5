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
  type IProtocolFactory,
  LimitConnectionsByPeer,
  TimeoutFactory,
  getReactor,
  portforward,
} from '../src/index.js'; // 'heddle', in a program of yours
import { formatEndpoint, parseEndpoint } from './endpoint.js';

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
  const destination = parseEndpoint(to);
  if (destination.host === '') throw new SyntaxError(`"${to}" doesn't say to which host`);
  let factory: IProtocolFactory = new portforward.ProxyFactory(destination.host, destination.port, reactor);
  if (idle !== undefined) {
    factory = new TimeoutFactory(factory, {
      clock: reactor,
      timeoutPeriod: positive(idle, '--idle'),
      // Each connection is the other one's producer, and a plain close would wait for it.
      onTimeout: (connection) => connection.stopConsuming(),
    });
  }
  if (perPeer !== undefined) {
    factory = new LimitConnectionsByPeer(factory, { maxConnectionsPerPeer: positive(perPeer, '--per-peer') });
  }
  const { port, host } = parseEndpoint(from);
  const listening = reactor.listenTCP(port, factory, { interface: host });
  reactor.callWhenRunning(() => console.log(`forwarding ${formatEndpoint(listening.getHost())} to ${to}`));
  await reactor.run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
reactor.close();
