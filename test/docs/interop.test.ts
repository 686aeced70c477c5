import { once } from 'node:events';
import { type RequestListener, type ServerOptions, type ServerResponse, createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { clientFromString, serverFromString } from '../../src/index.js';
import { type ConformanceEnvironment, type Peer, addressOf } from '../../src/testing/conformance/index.js';
import { MATRIX } from '../interop/harness/matrix.js';
import { BEGIN, END } from '../interop/harness/write-matrix.js';
import { describeOnKernel } from '../tcp/on-kernel.js';
import { fetchPage } from './interop/fetch.js';
import { serveHTTP, stopHTTP } from './interop/serve-http.js';
import { openWebSocket, shoutBack } from './interop/web-sockets.js';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const listings = ['serve-http', 'fetch', 'web-sockets'];

describe('docs/interop.md', () => {
  const guide = read('docs/interop.md');
  const shown = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text);

  for (const [index, name] of listings.entries()) {
    it(`shows test/docs/interop/${name}.ts, which is type-checked and run`, () => {
      const program = read(`test/docs/interop/${name}.ts`).replace("'../../../src/index.js'", "'heddle'");
      expect(shown[index]).to.equal(program);
    });
  }

  it('shows nothing else', () => {
    expect(shown).to.have.length(listings.length);
  });

  it('has a matrix with every cell that there is, and all of them passed', () => {
    const matrix = guide.slice(guide.indexOf(BEGIN), guide.indexOf(END));
    const [peers = [], , ...rows] = [...matrix.matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) =>
      row.split('|').map((text) => text.trim()),
    );
    const cells = rows.flatMap(([exchange, ...marks]) =>
      marks.flatMap((mark, column) => (mark === '' ? [] : [[peers[column + 1], exchange, mark].join(' | ')])),
    );
    const expected = Object.entries(MATRIX).flatMap(([peer, exchanges]) =>
      exchanges.map((exchange) => `${peer} | ${exchange} | yes`),
    );
    expect(cells.sort()).to.deep.equal(expected.sort());
  });
});

/** Requests whose answer the test gives. */
const waiting: ServerResponse[] = [];

const app: RequestListener = (request, response) => {
  if (request.url === '/mistake') throw new Error('A mistake of the listener');
  if (request.url === '/later') waiting.push(response);
  else response.end(`${request.method ?? ''} from ${request.socket.remoteAddress ?? ''}`);
};

/** The port of an HTTP server of node's on the environment's reactor. It is stopped after the test. */
async function serve(env: ConformanceEnvironment, options: ServerOptions = {}) {
  const web = createServer(options, app);
  const port = await env.drive.result(
    serveHTTP(serverFromString(env.reactor, 'tcp:0:interface=127.0.0.1'), web),
  );
  env.addCleanup(async () => {
    web.closeAllConnections();
    await stopHTTP(port, web);
  });
  return { web, port, address: addressOf(port) };
}

const bodies = (peer: Peer): string[] =>
  peer.received
    .toString()
    .split('\r\n\r\n')
    .slice(1)
    .map((part) => part.split('HTTP/1.1')[0]!);

describeOnKernel('The listings of docs/interop.md', (it) => {
  it('serve-http: answers, keeps the connection, answers again', async (env) => {
    const { address } = await serve(env);
    const peer = env.peers.connect(address);
    peer.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await env.drive(() => bodies(peer).length === 1);
    peer.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi');
    await env.drive(() => peer.sawEnd);
    expect(bodies(peer)).to.deep.equal(['GET from 127.0.0.1', 'POST from 127.0.0.1']);
  });

  it('serve-http: nonsense gets a 400, and an end in order', async (env) => {
    const { address } = await serve(env);
    const peer = env.peers.connect(address);
    peer.send('NONSENSE\r\n\r\n');
    await env.drive(() => peer.sawClose);
    expect([peer.received.toString().split('\r\n')[0], peer.sawReset]).to.deep.equal([
      'HTTP/1.1 400 Bad Request',
      false,
    ]);
  });

  it('serve-http: what never gets complete is given up after headersTimeout', async (env) => {
    const { address } = await serve(env, { connectionsCheckingInterval: 5, headersTimeout: 10 });
    const peer = env.peers.connect(address);
    peer.send('GET / HTTP/1.1\r\n');
    await env.drive(() => peer.sawClose);
    expect(peer.received.toString()).to.match(/^HTTP\/1.1 408 /);
  });

  it('serve-http: an exception of the listener costs its connection', async (env) => {
    const { address } = await serve(env);
    const peer = env.peers.connect(address);
    peer.send('GET /mistake HTTP/1.1\r\nHost: a\r\n\r\n');
    await env.drive(() => peer.sawClose);
    expect(env.log.flushErrors(Error)).to.have.length(1);
    const other = env.peers.connect(address);
    other.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await env.drive(() => bodies(other).length === 1);
  });

  it('serve-http: stopped, it ends idle connections, and leaves the others their answer', async (env) => {
    const { address, port, web } = await serve(env);
    const [idle, busy] = [env.peers.connect(address), env.peers.connect(address)];
    idle.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    busy.send('GET /later HTTP/1.1\r\nHost: a\r\n\r\n');
    await env.drive(() => bodies(idle).length === 1 && waiting.length === 1);
    await env.drive.result(stopHTTP(port, web));
    await env.drive(() => idle.sawEnd);
    waiting.pop()!.end('at last');
    await env.drive(() => bodies(busy).length === 1);
    expect(bodies(busy)).to.deep.equal(['at last']);
  });

  it('fetch: gets a page over a heddle connection', async (env) => {
    const { address } = await serve(env);
    const page = fetchPage(clientFromString(env.reactor, `tcp:127.0.0.1:${address.port}`), '/');
    expect(await env.drive.result(page)).to.equal('GET from 127.0.0.1');
  });

  it('web-sockets: a server and a client of ws, both over heddle', async (env) => {
    const { web, address } = await serve(env);
    const server = shoutBack(web);
    const endpoint = clientFromString(env.reactor, `tcp:127.0.0.1:${address.port}`);
    const socket = await env.drive.result(openWebSocket(endpoint, 'ws://127.0.0.1/'));
    await env.drive.result(once(socket, 'open'));
    const heard: string[] = [];
    socket.on('message', (data: Buffer, isBinary) =>
      heard.push(`${isBinary ? 'bytes' : 'text'} ${data.toString()}`),
    );
    for (const said of ['hello', Buffer.from('hello'), 'x'.repeat(70_000)]) socket.send(said);
    await env.drive(() => heard.length === 3);
    expect(heard).to.deep.equal(['text HELLO', 'bytes hello', `text ${'X'.repeat(70_000)}`]);
    const pong = once(socket, 'pong');
    socket.ping('there?');
    expect(String((await env.drive.result(pong))[0])).to.equal('there?');
    for (const client of server.clients) client.close(4001, 'enough');
    const [code, reason] = (await env.drive.result(once(socket, 'close'))) as [number, Buffer];
    expect([code, reason.toString()]).to.deep.equal([4001, 'enough']);
  });
});
