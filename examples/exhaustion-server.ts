/**
 * The server that exhaustion.ts floods: an ordinary echo server, but that it tells its parent process ten times a
 * second how it is doing.
 */
import { Factory, Protocol, getReactor } from '../src/index.js';

/** What the parent is told. */
export interface Report {
  readonly port: number;
  /** Clients connected now. */
  readonly open: number;
  /** Clients served so far. */
  readonly served: number;
  /** Clients turned away so far, for lack of a descriptor. */
  readonly shed: number;
  /** How often the port, having run out of descriptors, has gone back to normal service. */
  readonly resumed: number;
}

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

const port = getReactor().listenTCP(0, Factory.forProtocol(Echo), {
  interface: '127.0.0.1',
  shed: { farewell: Buffer.from('Sorry, we are full\n') },
});

let resumed = 0;
port.events.on('recovered', () => (resumed += 1));

function report(): void {
  const { accepted: served, shed } = port.counters;
  const news: Report = { port: port.getHost().port, open: port.connections.size, served, shed, resumed };
  process.send?.(news);
}

report();
setInterval(report, 100);
process.once('disconnect', () => process.exit());
