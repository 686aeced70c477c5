/**
 * A client that comes back: it prints what the server says and sends what is typed, and when the connection is lost, or can't be made, it
 * tries again, after a second, then after about 2.7, and so on.
 *
 *     npx tsx examples/reconnecting-client.ts 127.0.0.1 8123
 *     npx tsx examples/reconnecting-client.ts example.org echo --max-retries 5 --initial-delay 0.5
 *
 * How it fares is told on standard error. It ends when standard input does, with exit code 0, or with 1 if it gives up.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import {
  Deferred,
  type Failure,
  type IConnector,
  Protocol,
  ReconnectingClientFactory,
  getReactor,
} from '../src/index.js'; // 'heddle', in a program of yours

class Terminal extends Protocol {
  declare factory: TerminalFactory;

  override connectionMade(): void {
    console.error('connected');
    this.factory.current = this;
  }

  override dataReceived(data: Buffer): void {
    // Only a server that says something has proved to work; one that hangs up at once is to be asked less and less often.
    this.factory.resetDelay();
    process.stdout.write(data);
  }

  override connectionLost(reason: Failure): void {
    console.error(reason.getErrorMessage());
    this.factory.current = undefined;
  }
}

class TerminalFactory extends ReconnectingClientFactory<Terminal> {
  override protocol = Terminal;
  /** The connection, while there is one. */
  current: Terminal | undefined;
  /** Fires when there will be no more connections. */
  readonly done = new Deferred<void>();

  override clientConnectionFailed(connector: IConnector, reason: Failure): void {
    console.error(reason.getErrorMessage());
    super.clientConnectionFailed(connector, reason);
  }

  override retriesExhausted(_connector: IConnector, reason: Failure): void {
    this.done.errback(reason);
  }

  send(line: string): void {
    if (this.current === undefined) console.error('not connected, not sent');
    else this.current.transport.write(Buffer.from(`${line}\n`));
  }
}

const reactor = getReactor();
try {
  const { values, positionals } = parseArgs({
    options: {
      'max-retries': { type: 'string' },
      'initial-delay': { type: 'string', default: '1' },
    },
    allowPositionals: true,
  });
  const [host = '127.0.0.1', port = '8007'] = positionals;
  const factory = new TerminalFactory({
    clock: reactor,
    initialDelay: Number(values['initial-delay']),
    maxRetries: values['max-retries'] === undefined ? null : Number(values['max-retries']),
  });
  const connector = reactor.connectTCP(host, /^\d+$/.test(port) ? Number(port) : port, factory);
  const input = createInterface({ input: process.stdin });
  input.on('line', (line) => factory.send(line));
  input.on('close', () => {
    factory.stopTrying();
    connector.disconnect();
    if (!factory.done.called) factory.done.callback();
  });
  try {
    await factory.done;
    await factory.current?.transport.whenLost();
  } finally {
    input.close();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
reactor.close();
