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
  type IStreamClientEndpoint,
  type StreamConnection,
  clientFromString,
  connect,
  getReactor,
} from '../src/index.js';

type Input = AsyncIterable<Buffer> | Iterable<Buffer>;

function readArguments(): { endpoint: IStreamClientEndpoint; input: Input } {
  const { values, positionals } = parseArgs({
    options: { to: { type: 'string', default: 'tcp:127.0.0.1:8007' } },
    allowPositionals: true,
  });
  const endpoint = clientFromString(getReactor(), values.to);
  const input = positionals.length > 0 ? [Buffer.from(`${positionals.join(' ')}\n`)] : process.stdin;
  return { endpoint, input };
}

/** Sends it all; the answer is how many bytes that was. */
async function send(connection: StreamConnection, input: Input): Promise<number> {
  let sent = 0;
  for await (const data of input) {
    sent += data.length;
    await connection.write(data);
  }
  // The server learns that this was all, and ends the connection when it has sent everything back.
  await connection.end();
  return sent;
}

/** Prints what comes; the answer is how many bytes that was. */
async function receive(connection: StreamConnection): Promise<number> {
  let received = 0;
  for await (const data of connection) {
    received += data.length;
    process.stdout.write(data);
  }
  return received;
}

/** Does it all; the answer is the exit code. */
async function main(): Promise<number> {
  let connecting = false;
  try {
    const { endpoint, input } = readArguments();
    connecting = true;
    await using connection = await connect(endpoint);
    const [sent, received] = await Promise.all([send(connection, input), receive(connection)]);
    if (received === sent) return 0;
    console.error(`${received} of ${sent} bytes came back`);
    return 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return connecting ? 1 : 2;
  }
}

const exitCode = await main();
// Standard input may still be open and keep the process alive; what was printed has to be out before that ends.
process.stdout.write('', () => process.exit(exitCode));
