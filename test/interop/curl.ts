/** curl and node:http, whose server serves a heddle port. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type RequestListener, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type IInternetAddress, serverFromString } from '../../src/index.js';
import { until } from '../acceptance/harness/deadline.js';
import { serveHTTP, stopHTTP } from '../docs/interop/serve-http.js';
import { type Outcome, cell, isMissing } from './harness/cell.js';
import { Command } from './harness/command.js';
import { BIG } from './heddle/big.js';
import { reactor } from './heddle/meet.js';

const PATIENCE_MS = 5000;
const REQUESTS = 400;

let connections = 0;
/** Ends without its answer, as the server sees it. */
let givenUp = 0;

const app: RequestListener = (request, response) => {
  if (request.url === '/echo') {
    request.pipe(response);
  } else if (request.url === '/endless') {
    response.once('close', () => (givenUp += 1));
    response.write('Once upon a time');
  } else if (request.url === '/cut') {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('half', () => request.socket.resetAndDestroy());
  } else {
    void buffer(request).then((body) => response.end(`${request.method ?? ''} ${body.length}\n`));
  }
};

const web = createServer(app).on('connection', () => (connections += 1));
const port = await serveHTTP(serverFromString(reactor, 'tcp:[::]:0'), web);
const { port: number } = port.getHost() as IInternetAddress;
const page = (path: string, host = '127.0.0.1'): string => `http://${host}:${number}${path}`;

async function curl(...words: readonly (string | number)[]): Promise<{ code: number; client: Command }> {
  await using client = new Command(['curl', '-sS', '--noproxy', '*', ...words]);
  return { code: await client.ended(), client };
}

/** Four requests on one connection: plain, with a body, with `Expect: 100-continue` and in chunks, HEAD. */
async function requests(): Promise<Outcome> {
  connections = 0;
  const body = randomBytes(2_000_000).toString('base64');
  const folder = mkdtempSync(join(tmpdir(), 'heddle-interop-'));
  const file = join(folder, 'body');
  writeFileSync(file, body);
  try {
    const next = ['--next', '-sS', '--noproxy', '*'];
    const { code, client } = await curl(
      ...[page('/'), ...next, '-d', 'abc', page('/')],
      ...[...next, '-H', 'Expect: 100-continue', '-H', 'Transfer-Encoding: chunked', '-T', file, page('/')],
      ...[...next, '-I', page('/')],
    );
    const [get, post, put, head] = client.output.split('\n');
    const passed =
      code === 0 &&
      get === 'GET 0' &&
      post === 'POST 3' &&
      put === `PUT ${body.length}` &&
      head === 'HTTP/1.1 200 OK\r' &&
      connections === 1;
    return {
      passed,
      figure: `${[get, post, put, head?.trim()].join(', ')} over ${connections} connection, exit code ${code}`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A method that is none. Its 400 has no length, so that curl complains if anything but an end in order follows it. */
async function nonsense(): Promise<Outcome> {
  const { code, client } = await curl('-X', 'NON SENSE', '-i', page('/'));
  const [status = ''] = client.output.split('\r\n');
  return {
    passed: code === 0 && status === 'HTTP/1.1 400 Bad Request',
    figure: `${status}, exit code ${code} ${client.complaints.trim()}`,
  };
}

async function big(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-interop-'));
  const [there, back] = [join(folder, 'there'), join(folder, 'back')];
  try {
    const file = randomBytes(BIG);
    writeFileSync(there, file);
    const { code } = await curl('-H', 'Expect:', '-T', there, '-o', back, page('/echo'));
    const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
    const came = readFileSync(back);
    return {
      passed: code === 0 && digest(came) === digest(file),
      figure: `of ${file.length} bytes ${came.length} came back, exit code ${code}`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function peerResets(): Promise<Outcome> {
  givenUp = 0;
  const client = new Command(['curl', '-sSN', '--noproxy', '*', page('/endless')]);
  await client.says(/Once upon a time/);
  await client[Symbol.asyncDispose]();
  await until(() => givenUp === 1, PATIENCE_MS);
  return { passed: givenUp === 1, figure: `killed in the middle: ${givenUp} response has heard of it` };
}

async function heddleResets(): Promise<Outcome> {
  const { code, client } = await curl(page('/cut'));
  // 56: failure in receiving network data; 18 (a file that is too short) would be what an end in order looks like.
  return { passed: code === 56, figure: `exit code ${code}: ${client.complaints.trim()}` };
}

async function crowd(): Promise<Outcome> {
  connections = 0;
  const { code, client } = await curl(
    ...['-Z', '--parallel-immediate', '--parallel-max', 100, '-H', 'Connection: close'],
    page(`/?[1-${REQUESTS}]`),
  );
  const answers = client.output.match(/GET 0\n/g)?.length ?? 0;
  return {
    passed: code === 0 && answers === REQUESTS && connections === REQUESTS,
    figure: `${answers} answers of ${REQUESTS} over ${connections} connections, 100 at a time`,
  };
}

async function ipv6(): Promise<Outcome> {
  const { code, client } = await curl('-g', page('/', '[::1]'));
  return {
    passed: code === 0 && client.output === 'GET 0\n',
    figure: `${client.output.trim()}, exit code ${code}`,
  };
}

if (!isMissing('curl', 'curl', 'curl')) {
  await cell('curl', 'HTTP requests', requests);
  await cell('curl', 'HTTP nonsense', nonsense);
  await cell('curl', '60 MB both ways', big);
  await cell('curl', 'reset by the peer', peerResets);
  await cell('curl', 'reset by heddle', heddleResets);
  await cell('curl', 'many connections', crowd);
  await cell('curl', 'IPv6', ipv6);
}
web.closeAllConnections();
await stopHTTP(port, web);
reactor.close();
