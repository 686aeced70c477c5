import { internetAddress } from '../../address/index.js';
import type { IInternetAddress } from '../../interfaces/index.js';
import {
  type Libc,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_RCVBUF,
  SO_REUSEADDR,
  SocketAddress,
  checked,
  errno,
} from '../../libc/index.js';
import { familyOf, localAddress, writeAddress } from '../../tcp/socket-addresses.js';
import { setOption } from '../../tcp/socket-options.js';
import { Peer } from './peer.js';

const BUFFER_BYTES = 65_536;

/** A place to connect to. A wildcard host stands for the loopback address of its family. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

export interface PeerOptions {
  /** SO_RCVBUF, in bytes: a small one makes a peer that doesn't read felt early. */
  readonly receiveBufferBytes?: number;
}

export interface PeerListenerOptions extends PeerOptions {
  /** 127.0.0.1 unless said otherwise. */
  readonly host?: string;
  /** 0, a free one, unless said otherwise. */
  readonly port?: number;
  readonly backlog?: number;
}

/** A plain listening socket: what comes is accepted before each round of the host loop. */
export class PeerListener {
  readonly accepted: Peer[] = [];
  readonly #libc: Libc;
  readonly #adopt: (fd: number) => Peer;
  readonly #client = new SocketAddress();
  readonly #address: IInternetAddress;
  #fd: number;
  #accepting = true;

  constructor(libc: Libc, fd: number, adopt: (fd: number) => Peer) {
    this.#libc = libc;
    this.#fd = fd;
    this.#adopt = adopt;
    this.#address = localAddress(libc, fd);
  }

  /** Where it listens, also after it is closed. */
  get address(): IInternetAddress {
    return this.#address;
  }

  fileno(): number {
    return this.#fd;
  }

  /** Leaves clients in the kernel's queue. */
  stopAccepting(): void {
    this.#accepting = false;
  }

  resumeAccepting(): void {
    this.#accepting = true;
  }

  close(): void {
    if (this.#fd < 0) return;
    const fd = this.#fd;
    this.#fd = -1;
    this.#libc.close(fd);
  }

  poll(): void {
    while (this.#fd >= 0 && this.#accepting) {
      const fd = this.#libc.accept4(this.#fd, this.#client, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd === -errno.EAGAIN) return;
      this.accepted.push(this.#adopt(checked(fd, 'accept4')));
    }
  }
}

/** The plain sockets of one test, on the same kernel as the reactor. */
export class Peers {
  readonly #libc: Libc;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  readonly #peers: Peer[] = [];
  readonly #listeners: PeerListener[] = [];

  constructor(libc: Libc) {
    this.#libc = libc;
    libc.pin(this.#buffer);
  }

  /** Begins to connect. Whether that worked shows in `connected` and `failure`, some rounds later. */
  connect(to: Place, options: PeerOptions = {}): Peer {
    const address = reachable(to);
    const fd = this.#socket(address, options);
    const result = this.#libc.connect(fd, writeAddress(address, new SocketAddress()));
    return this.#adopt(fd, result);
  }

  /** Binds and listens. */
  listen(options: PeerListenerOptions = {}): PeerListener {
    const { host = '127.0.0.1', port = 0, backlog = 128 } = options;
    const address = parsed({ host, port });
    const fd = this.#socket(address, options);
    setOption(this.#libc, fd, SOL_SOCKET, SO_REUSEADDR, 1);
    checked(this.#libc.bind(fd, writeAddress(address, new SocketAddress())), 'bind', { address: host, port });
    checked(this.#libc.listen(fd, backlog), 'listen');
    const listener = new PeerListener(this.#libc, fd, (client) => this.#adopt(client));
    this.#listeners.push(listener);
    return listener;
  }

  /** Makes a peer of a connected, non-blocking socket that the test has made by itself. */
  adopt(fd: number): Peer {
    return this.#adopt(fd);
  }

  poll(): void {
    for (const listener of this.#listeners) listener.poll();
    for (const peer of this.#peers) peer.poll();
  }

  /** Resets all connections. How many there were. */
  resetAll(): number {
    const open = this.#peers.filter((peer) => peer.fileno() >= 0);
    for (const peer of open) peer.reset();
    return open.length;
  }

  /** Closes all that is still open. */
  close(): void {
    for (const listener of this.#listeners) listener.close();
    for (const peer of this.#peers) peer.close();
  }

  #adopt(fd: number, connectResult = 0): Peer {
    const peer = new Peer(this.#libc, fd, this.#buffer, connectResult);
    this.#peers.push(peer);
    return peer;
  }

  #socket(address: IInternetAddress, { receiveBufferBytes }: PeerOptions): number {
    const fd = this.#libc.socket(familyOf(address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    checked(fd, 'socket');
    if (receiveBufferBytes !== undefined)
      setOption(this.#libc, fd, SOL_SOCKET, SO_RCVBUF, receiveBufferBytes);
    return fd;
  }
}

function reachable({ host, port }: Place): IInternetAddress {
  if (host === '0.0.0.0') return parsed({ host: '127.0.0.1', port });
  if (host === '::') return parsed({ host: '::1', port });
  return parsed({ host, port });
}

function parsed({ host, port }: Place): IInternetAddress {
  const address = internetAddress('TCP', host, port);
  if (address === undefined) throw new RangeError(`${JSON.stringify(host)} is not an IP address`);
  return address;
}
