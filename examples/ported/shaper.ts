/**
 * Two servers that may send so many bytes a second: pages of the web, and characters without end. Twisted: shaper.py.
 *
 *     node --import tsx examples/ported/shaper.ts              on 127.0.0.1, ports 8000 and 8001
 *     node --import tsx examples/ported/shaper.ts 0 0          on free ports, which it tells
 *
 *     curl -o /dev/null http://127.0.0.1:8000/                  comes at 100,000 bytes a second
 *     nc 127.0.0.1 8001 | pv > /dev/null                        at 20,000
 *
 * Twisted's program fills buckets that stand in one another (twisted.protocols.htb), so that each client has a rate of its own within
 * that of all. heddle has no such hierarchy: a ThrottlingFactory holds all connections of one server together to one rate.
 */
import { createServer } from 'node:http';
import {
  DuplexFactory,
  Factory,
  type IReactorTime,
  type Reactor,
  ThrottlingFactory,
  getReactor,
  wire,
} from '../../src/index.js'; // 'heddle', in a program of yours

const WEB_BYTES_PER_SECOND = 100_000;
const CHARGEN_BYTES_PER_SECOND = 20_000;

const PAGE = `<!doctype html>\n<title>Slow</title>\n${'<p>This page takes its time.\n'.repeat(20_000)}`;

/** What takes the place of a reactor's clock in tests. */
type Clock = Pick<IReactorTime, 'callLater'>;

/** A page that all clients together get at a rate. */
export function slowWeb(clock: Clock): ThrottlingFactory {
  const web = createServer((_request, response) => response.end(PAGE));
  const connections = new DuplexFactory((stream) => void web.emit('connection', stream));
  return new ThrottlingFactory(connections, { clock, writeLimit: WEB_BYTES_PER_SECOND });
}

/** Characters, as many as the rate lets through. */
export function slowChargen(clock: Clock): ThrottlingFactory {
  return new ThrottlingFactory(Factory.forProtocol(wire.Chargen), {
    clock,
    writeLimit: CHARGEN_BYTES_PER_SECOND,
  });
}

/** Listens on both ports; the answer is where. */
export function serve(reactor: Reactor, webPort: number, chargenPort: number): readonly number[] {
  const options = { interface: '127.0.0.1' };
  return [
    reactor.listenTCP(webPort, slowWeb(reactor), options),
    reactor.listenTCP(chargenPort, slowChargen(reactor), options),
  ].map((port) => port.getHost().port);
}

if (process.argv[1] === import.meta.filename) {
  const [webPort = '8000', chargenPort = '8001'] = process.argv.slice(2);
  const reactor = getReactor();
  const [web, chargen] = serve(reactor, Number(webPort), Number(chargenPort));
  console.log(`pages on ${String(web)}, characters on ${String(chargen)}`);
  await reactor.run();
}
