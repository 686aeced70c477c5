/**
 * A client of the echo server. It sends its arguments, or else what comes on standard input, and prints what comes back.
 *
 *     npx tsx examples/echo-client.ts hello
 *     npx tsx examples/echo-client.ts --to 'tcp:[::1]:9000' < letter.txt
 *
 * The exit code is 0 if all came back, 1 if not, 2 if the arguments were wrong.
 */
import { parseArgs } from 'node:util';
import {
  ClientFactory,
  Deferred,
  type Failure,
  type IConnector,
  Protocol,
  getReactor,
} from '../src/index.js';
import { parseEndpoint } from './endpoint.js';

type Input = AsyncIterable<Buffer> | Iterable<Buffer>;

class EchoClient extends Protocol {
  declare factory: EchoClientFactory;
  #sent = 0;
  #received = 0;
  #sentAll = false;

  override async connectionMade(): Promise<void> {
    for await (const data of this.factory.input) {
      this.#sent += data.length;
      this.transport.write(data);
      await this.transport.drained();
    }
    // The server learns that this was all, and ends the connection when it has sent everything back.
    this.#sentAll = true;
    this.transport.loseWriteConnection();
  }

  override dataReceived(data: Buffer): void {
    this.#received += data.length;
    process.stdout.write(data);
  }

  override connectionLost(reason: Failure): void {
    if (this.#sentAll && this.#received === this.#sent) this.factory.done.callback();
    else this.factory.done.errback(reason);
  }
}

class EchoClientFactory extends ClientFactory<EchoClient> {
  override readonly protocol = EchoClient;
  readonly done = new Deferred<void>();

  constructor(readonly input: Input) {
    super();
  }

  override clientConnectionFailed(_connector: IConnector, reason: Failure): void {
    this.done.errback(reason);
  }
}

function readArguments(): { host: string; port: number; input: Input } {
  const { values, positionals } = parseArgs({
    options: { to: { type: 'string', default: 'tcp:8007:interface=127.0.0.1' } },
    allowPositionals: true,
  });
  const { host, port } = parseEndpoint(values.to);
  const input = positionals.length > 0 ? [Buffer.from(`${positionals.join(' ')}\n`)] : process.stdin;
  return { host: host === '' ? '127.0.0.1' : host, port, input };
}

/** Does it all; the answer is the exit code. */
async function main(): Promise<number> {
  let connecting = false;
  try {
    const { host, port, input } = readArguments();
    const factory = new EchoClientFactory(input);
    connecting = true;
    getReactor().connectTCP(host, port, factory);
    await factory.done;
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return connecting ? 1 : 2;
  }
}

const exitCode = await main();
// Standard input may still be open and keep the process alive; what was printed has to be out before that ends.
process.stdout.write('', () => process.exit(exitCode));
