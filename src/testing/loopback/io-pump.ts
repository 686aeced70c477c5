import { IPv4Address } from '../../address/index.js';
import type { ConnectionOptions, IInternetAddress, IProtocol } from '../../interfaces/index.js';
import { Clock } from '../../time/index.js';
import { MemoryRounds, type SteppedTime } from './memory-rounds.js';
import { MemorySocket } from './memory-socket.js';
import { MemoryTransport } from './memory-transport.js';

/** Linux's receive buffers begin at about this much. It is Twisted's `bufferSize`, too: the most that one read gets. */
const BUFFER_BYTES = 65_536;

/** One end of a connection in memory. */
export interface LoopbackEndOptions extends ConnectionOptions {
  /** Where this end is: what its own `getHost()` and the other end's `getPeer()` say. */
  readonly address?: IInternetAddress;
  /** How much can wait here to be read before the other end's writes have to wait. Default 65,536. */
  readonly bufferBytes?: number;
  /** The most that one `dataReceived` gets: 1 feeds a protocol byte by byte. Default 65,536. */
  readonly readBytes?: number;
}

/** What a connection in memory is to be like. */
export interface LoopbackOptions {
  /** The end that plays the server. */
  readonly server?: LoopbackEndOptions;
  /** The end that plays the client. */
  readonly client?: LoopbackEndOptions;
  /** The time of both ends. Default: a Clock of their own. */
  readonly clock?: SteppedTime;
}

/**
 * Carries bytes between the two ends of a connection in memory, when it is told to and never by itself; see {@link MemoryRounds}.
 * Twisted: `IOPump` (twisted.test.iosim).
 */
export class IOPump extends MemoryRounds {
  /** The end that plays the server. */
  readonly serverTransport: MemoryTransport;
  /** The end that plays the client. */
  readonly clientTransport: MemoryTransport;

  constructor({ server = {}, client = {}, clock = new Clock() }: LoopbackOptions = {}) {
    super(clock);
    const serverAddress = server.address ?? new IPv4Address('TCP', '127.0.0.1', 8007);
    const clientAddress = client.address ?? new IPv4Address('TCP', '127.0.0.1', 49_152);
    const [serverSocket, clientSocket] = MemorySocket.pair([bufferBytesOf(server), bufferBytesOf(client)]);
    this.serverTransport = new MemoryTransport({
      side: 'server',
      rounds: this,
      socket: serverSocket,
      options: server,
      readBytes: readBytesOf(server),
      host: serverAddress,
      peer: clientAddress,
    });
    this.clientTransport = new MemoryTransport({
      side: 'client',
      rounds: this,
      socket: clientSocket,
      options: client,
      readBytes: readBytesOf(client),
      host: clientAddress,
      peer: serverAddress,
    });
  }

  /** The connection begins for both, the server first. Nothing is carried yet. */
  start(server: IProtocol, client: IProtocol): void {
    this.serverTransport.start(server);
    this.clientTransport.start(client);
  }
}

function bufferBytesOf({ bufferBytes }: LoopbackEndOptions): number {
  return atLeastOne('bufferBytes', bufferBytes);
}

function readBytesOf({ readBytes }: LoopbackEndOptions): number {
  return atLeastOne('readBytes', readBytes);
}

function atLeastOne(name: string, value = BUFFER_BYTES): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${name} must be a whole number from 1 on, not ${value}`);
  }
  return value;
}
