/**
 * The server that exhaustion.ts floods: an ordinary echo server, but that it may have only 64 descriptors, and that it tells
 * its parent process ten times a second how it is doing.
 */
import { Factory, Protocol, getDriver, getReactor } from '../src/index.js';
import { RLIMIT_NOFILE, checked } from '../src/libc/index.js'; // 'heddle/libc'

/** What the parent is told. */
export interface Report {
  readonly port: number;
  /** How many descriptors the server may have. */
  readonly limit: number;
  /** Clients connected now. */
  readonly open: number;
  /** Clients served so far. */
  readonly served: number;
  /** Clients turned away so far, for lack of a descriptor. */
  readonly shed: number;
  /** How often the port, having run out of descriptors, has gone back to normal service. */
  readonly resumed: number;
}

const LIMIT = 64;

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

// What `ulimit -n 64` does to a process from its start. Here it is done when all modules are loaded, for Node 20 reads many
// of them at once and needs more descriptors for that.
checked(getDriver().libc.setrlimit(RLIMIT_NOFILE, { soft: LIMIT, hard: LIMIT }), 'setrlimit');

const port = getReactor().listenTCP(0, Factory.forProtocol(Echo), {
  interface: '127.0.0.1',
  shed: { farewell: Buffer.from('Sorry, we are full\n') },
});

let resumed = 0;
port.events.on('recovered', () => (resumed += 1));

function report(): void {
  const { accepted: served, shed } = port.counters;
  const open = port.connections.size;
  const news: Report = { port: port.getHost().port, limit: LIMIT, open, served, shed, resumed };
  process.send?.(news);
}

report();
setInterval(report, 100);
process.once('disconnect', () => process.exit());
