import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IPv4Address } from '../../../src/address/index.js';
import { SHUT_WR, SOL_SOCKET, SO_LINGER, type Libc, errno } from '../../../src/libc/index.js';
import { WriteQueue } from '../../../src/tcp/write-queue.js';
import {
  type Drive,
  LogCapture,
  MemoryRounds,
  MemorySocket,
  MemoryTransport,
  type PairOptions,
  Peer,
  type RecordingProtocol,
  type TransportGround,
  type TransportPair,
  makeDrive,
  makeFactory,
  nodeRound,
} from '../../../src/testing/index.js';
import { Clock } from '../../../src/time/index.js';

const HOST = new IPv4Address('TCP', '127.0.0.1', 1);
const PEER = new IPv4Address('TCP', '127.0.0.1', 2);
const BUFFER_BYTES = 65_536;

/** In seconds: a real loop's rounds take their time, too. */
const ROUND = 0.001;

/** Connections in memory for transport cases: a MemoryTransport at one end, and a Peer on the socket at the other. */
export class MemoryGround implements TransportGround {
  readonly log = new LogCapture();
  readonly drive: Drive;
  readonly #side: 'server' | 'client';
  readonly #rounds = new MemoryRounds(new Clock());
  readonly #peers: Peer[] = [];
  readonly #files: number[] = [];

  constructor(side: 'server' | 'client', signal: AbortSignal) {
    this.#side = side;
    this.drive = makeDrive({
      round: async () => {
        this.#rounds.pump(ROUND);
        await nodeRound();
      },
      beforeRound: () => {
        for (const peer of this.#peers) peer.poll();
      },
      signal,
    });
  }

  connect(options: PairOptions): TransportPair {
    const peerBufferBytes = options.peer?.receiveBufferBytes ?? BUFFER_BYTES;
    const [socket, peerSocket] = MemorySocket.pair([BUFFER_BYTES, peerBufferBytes]);
    const peer = new Peer(kernelOf(peerSocket), 0, Buffer.alloc(BUFFER_BYTES));
    this.#peers.push(peer);
    const transport = new MemoryTransport({
      side: this.#side,
      rounds: this.#rounds,
      socket,
      options: options.connection ?? {},
      readBytes: BUFFER_BYTES,
      host: HOST,
      peer: PEER,
    });
    const protocol = makeFactory(options).buildProtocol(PEER) as RecordingProtocol;
    transport.start(protocol);
    return { transport, protocol, peer };
  }

  openFile(content: Uint8Array): number {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-'));
    const fd = openSync(join(folder, 'file'), 'w+');
    this.#files.push(fd);
    rmSync(folder, { recursive: true });
    writeSync(fd, content);
    return fd;
  }

  close(): void {
    for (const fd of this.#files.splice(0)) closeSync(fd);
    this.log[Symbol.dispose]();
  }
}

/** The calls that a Peer makes, of one socket in memory. */
function kernelOf(socket: MemorySocket): Libc {
  let resets = false;
  const calls: Partial<Libc> = {
    recv: (_fd, buffer, offset, length) => {
      const data = socket.receive(length);
      if (typeof data === 'number') return data;
      buffer.set(data, offset);
      return data.length;
    },
    send: (_fd, buffer, offset, length) => {
      const queue = new WriteQueue();
      queue.push(buffer.subarray(offset, offset + length));
      return socket.send(queue);
    },
    shutdown: (_fd, how) => {
      if (how !== SHUT_WR) return -errno.EINVAL;
      socket.shutdownWrite();
      return 0;
    },
    setsockopt: (_fd, level, name) => {
      resets = level === SOL_SOCKET && name === SO_LINGER;
      return 0;
    },
    close: () => {
      socket.close(resets);
      return 0;
    },
  };
  return calls as Libc;
}
