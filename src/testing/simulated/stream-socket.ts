import {
  O_NONBLOCK,
  O_RDWR,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_PROTOCOL,
  SO_TYPE,
  type SocketAddress,
} from '../../libc/index.js';
import { OpenFile } from './open-file.js';
import { type SocketOptions, fill } from './socket-options.js';

/** `sk_shutdown`: which directions have ended, as the flags of include/net/sock.h. */
export const RECEIVE_SHUT = 1;
export const SEND_SHUT = 2;
export const BOTH_SHUT = RECEIVE_SHUT | SEND_SHUT;

/** What all stream sockets have in common, whatever their family. Each method is the system call of its name, and answers as it does. */
export abstract class StreamSocket extends OpenFile {
  readonly family: number;
  readonly protocol: number;
  readonly options: SocketOptions;

  constructor(family: number, protocol: number, nonBlocking: boolean, options: SocketOptions) {
    super(O_RDWR | (nonBlocking ? O_NONBLOCK : 0));
    this.family = family;
    this.protocol = protocol;
    this.options = options;
  }

  abstract bind(address: SocketAddress): number;
  abstract listen(backlog: number): number;
  /** The first of those who wait; or `-errno`. */
  abstract accept(): StreamSocket | number;
  abstract connect(address: SocketAddress): number;
  abstract getsockname(address: SocketAddress): number;
  abstract getpeername(address: SocketAddress): number;
  /** The address that accept4 tells: the peer's, even where the connection is over already. */
  abstract tellPeer(address: SocketAddress): void;
  abstract shutdown(how: number): number;
  abstract receive(target: Uint8Array, peek: boolean): number;
  abstract send(source: Uint8Array): number;
  /** sock_error(): the errno that was to be told, which then isn't any more; 0 if there was none. */
  abstract takeError(): number;
  abstract get isListening(): boolean;

  read(target: Uint8Array): number {
    return this.receive(target, false);
  }

  write(source: Uint8Array): number {
    return this.send(source);
  }

  getOption(level: number, name: number, value: Uint8Array): number {
    if (level === SOL_SOCKET) {
      switch (name) {
        case SO_ERROR:
          return fill(value, this.takeError());
        case SO_TYPE:
          return fill(value, SOCK_STREAM);
        case SO_DOMAIN:
          return fill(value, this.family);
        case SO_PROTOCOL:
          return fill(value, this.protocol);
        case SO_ACCEPTCONN:
          return fill(value, Number(this.isListening));
        default:
      }
    }
    return this.options.get(level, name, value);
  }

  setOption(level: number, name: number, value: Uint8Array): number {
    return this.options.set(level, name, value);
  }
}

/** The directions that shutdown(2) means by `how`; undefined if it means none. */
export function directionsOf(how: number): number | undefined {
  switch (how) {
    case SHUT_RD:
      return RECEIVE_SHUT;
    case SHUT_WR:
      return SEND_SHUT;
    case SHUT_RDWR:
      return BOTH_SHUT;
    default:
      return undefined;
  }
}
