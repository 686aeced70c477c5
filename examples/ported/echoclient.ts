/**
 * Sends some lines, prints them as they come back, and ends after the last one. Twisted: echoclient.py.
 *
 *     node --import tsx examples/ported/echoclient.ts                         to echoserv.ts
 *     node --import tsx examples/ported/echoclient.ts tcp:example.org:9000
 *
 * The exit code is 1 if the connection ends, or can't be made, before all have come.
 */
import {
  Deferred,
  type Failure,
  LineReceiver,
  type Reactor,
  clientFromString,
  connectProtocol,
  react,
} from '../../src/index.js';

const LINES = ['A line', 'and one more', 'That was all'];

export class EchoClient extends LineReceiver {
  readonly done = new Deferred<number>();
  #received = 0;

  override connectionMade(): void {
    for (const line of LINES) this.sendLine(Buffer.from(line));
  }

  override lineReceived(line: Buffer): void {
    console.log(`came back: ${line.toString()}`);
    this.#received += 1;
    if (this.#received === LINES.length) this.transport.loseConnection();
  }

  override connectionLost(reason: Failure): void {
    if (this.#received === LINES.length) this.done.callback(this.#received);
    else this.done.errback(reason);
  }
}

async function main(reactor: Reactor, description: string): Promise<void> {
  const endpoint = clientFromString(reactor, description);
  const client = await connectProtocol(endpoint, new EchoClient());
  console.log(`${await client.done} lines`);
}

if (process.argv[1] === import.meta.filename) {
  await react(main, [process.argv[2] ?? 'tcp:127.0.0.1:8000']);
}
