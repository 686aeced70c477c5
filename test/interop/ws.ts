/** WebSockets by the package ws: its server on a heddle port with its client over node:net, and its client over a heddle connection. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { type IInternetAddress, clientFromString, serverFromString } from '../../src/index.js';
import { serveHTTP, stopHTTP } from '../docs/interop/serve-http.js';
import { openWebSocket } from '../docs/interop/web-sockets.js';
import { type Outcome, cell } from './harness/cell.js';
import { BIG } from './heddle/big.js';
import { reactor } from './heddle/meet.js';

const CROWD = 200;

/** What a server echoes of what it is told, and how it ends if it is told to. */
function talkBack(server: WebSocketServer): void {
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer, isBinary) => {
      const [, code, reason] = isBinary ? [] : (/^close (\d+) (.*)$/.exec(data.toString()) ?? []);
      if (code === undefined) socket.send(data, { binary: isBinary });
      else socket.close(Number(code), reason);
    });
  });
}

/** Opens a WebSocket; it is ready when the promise is fulfilled. */
type Open = () => Promise<WebSocket>;

/** The next message: a text, or bytes. */
async function message(socket: WebSocket): Promise<string | Buffer> {
  const [data, isBinary] = (await once(socket, 'message')) as [RawData, boolean];
  return isBinary ? (data as Buffer) : (data as Buffer).toString();
}

async function closed(socket: WebSocket): Promise<string> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return `${code} ${reason.toString()}`.trim();
}

/** Short and empty ones, of text and of bytes, each of the three lengths that a frame can have, in pieces, and compressed. */
async function messages(open: Open): Promise<Outcome> {
  const socket = await open();
  const said = [
    '',
    'Grüße',
    'x'.repeat(125),
    'y'.repeat(126),
    'z'.repeat(70_000),
    Buffer.alloc(0),
    randomBytes(70_000),
  ];
  let same = 0;
  for (const one of said) {
    const heard = message(socket);
    socket.send(one);
    const back = await heard;
    same +=
      typeof one === 'string' ? Number(back === one) : Number(Buffer.isBuffer(back) && back.equals(one));
  }
  const whole = message(socket);
  for (const [index, piece] of ['in ', 'three ', 'pieces'].entries())
    socket.send(piece, { fin: index === 2 });
  const inPieces = await whole;
  socket.close(1000);
  const end = await closed(socket);
  return {
    passed:
      same === said.length &&
      inPieces === 'in three pieces' &&
      end === '1000' &&
      socket.extensions.startsWith('permessage-deflate'),
    figure: `${same} of ${said.length} came back, "${String(inPieces)}", ${socket.extensions.split(';')[0] ?? ''}, closed with ${end}`,
  };
}

async function pings(open: Open): Promise<Outcome> {
  const socket = await open();
  let pongs = 0;
  for (let number = 0; number < 100; number += 1) {
    const pong = once(socket, 'pong');
    socket.ping(String(number));
    pongs += Number(String((await pong)[0]) === String(number));
  }
  socket.close();
  await closed(socket);
  return { passed: pongs === 100, figure: `${pongs} pongs for 100 pings` };
}

/** Who ends, and with which code, is told to the other side; an end without closing is 1006. */
async function closing(open: Open): Promise<Outcome> {
  const ends: string[] = [];
  const told = await open();
  told.send('close 4001 enough of it');
  ends.push(await closed(told));
  const silent = await open();
  silent.close();
  ends.push(await closed(silent));
  const cut = await open();
  cut.terminate();
  ends.push(await closed(cut));
  return { passed: ends.join(', ') === '4001 enough of it, 1005, 1006', figure: ends.join(', ') };
}

/** One message. */
async function big(open: Open): Promise<Outcome> {
  const socket = await open();
  const said = randomBytes(BIG);
  const heard = message(socket);
  socket.send(said, { compress: false });
  const back = await heard;
  socket.close();
  await closed(socket);
  return {
    passed: Buffer.isBuffer(back) && back.equals(said),
    figure: `of ${said.length} bytes ${back.length} came back`,
  };
}

async function crowd(open: Open): Promise<Outcome> {
  const sockets = await Promise.all(Array.from({ length: CROWD }, open));
  const heard = sockets.map(message);
  for (const [number, socket] of sockets.entries()) socket.send(String(number));
  const right = (await Promise.all(heard)).filter((text, number) => text === String(number)).length;
  const ends = sockets.map(closed);
  for (const socket of sockets) socket.close(1000);
  const inOrder = (await Promise.all(ends)).filter((end) => end === '1000').length;
  return {
    passed: right === CROWD && inOrder === CROWD,
    figure: `${right} of ${CROWD} answered, ${inOrder} closed with 1000`,
  };
}

async function ready(socket: WebSocket): Promise<WebSocket> {
  await once(socket, 'open');
  return socket;
}

/** What is done with each side. */
const cells = {
  messages,
  pings,
  'closing codes': closing,
  '60 MB both ways': big,
  'many connections': crowd,
};

async function meet(peer: 'ws, client' | 'ws, server', open: Open): Promise<void> {
  for (const [exchange, make] of Object.entries(cells))
    await cell(peer, exchange as keyof typeof cells, () => make(open));
}

/** Clients offer compression by themselves; servers take the offer if they are told to. */
const options = { perMessageDeflate: true };

// The client over node:net, the server on a heddle port.
const web = createServer();
talkBack(new WebSocketServer({ server: web, ...options }));
const port = await serveHTTP(serverFromString(reactor, 'tcp:0:interface=127.0.0.1'), web);
const { port: number } = port.getHost() as IInternetAddress;
await meet('ws, client', () => ready(new WebSocket(`ws://127.0.0.1:${number}`, options)));
await stopHTTP(port, web);

// The server over node:net, the client over heddle.
const other = createServer().listen(0, '127.0.0.1');
talkBack(new WebSocketServer({ server: other, ...options }));
await once(other, 'listening');
const endpoint = clientFromString(reactor, `tcp:127.0.0.1:${(other.address() as AddressInfo).port}`);
await meet('ws, server', async () => ready(await openWebSocket(endpoint, 'ws://127.0.0.1')));
other.close();
reactor.close();
