import { UnsupportedAddressFamily, UnsupportedSocketType } from '../errors/index.js';
import type { ConnectionOptions, IProtocolFactory, ListenTCPOptions } from '../interfaces/index.js';
import {
  AF_INET,
  AF_INET6,
  F_DUPFD_CLOEXEC,
  F_GETFL,
  F_SETFL,
  type Libc,
  O_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_TYPE,
  checked,
} from '../libc/index.js';
import { connectionLimits } from './connection-options.js';
import { Port } from './port.js';
import { protocolOf } from './protocol-calls.js';
import { Server } from './server.js';
import { getIntegerOption } from './socket-options.js';
import { localAddress, remoteAddress } from './socket-addresses.js';
import { applyOptions } from './tcp-transport.js';
import type { TransportContext } from './transport-context.js';

/** See IReactorSocket.adoptStreamPort. */
export function adoptStreamPort(
  context: TransportContext,
  fd: number,
  family: number,
  factory: IProtocolFactory,
  options: ListenTCPOptions,
): Port {
  const copy = duplicate(context.libc, fd, family);
  try {
    const address = localAddress(context.libc, copy);
    const port = new Port(context, { kind: 'adopted', fd: copy, address }, factory, options);
    port.startListening();
    return port;
  } catch (error) {
    context.libc.close(copy);
    throw error;
  }
}

/** See IReactorSocket.adoptStreamConnection. */
export function adoptStreamConnection(
  context: TransportContext,
  fd: number,
  family: number,
  factory: IProtocolFactory,
  options: ConnectionOptions,
): Server | null {
  const { libc } = context;
  const limits = connectionLimits(options);
  const copy = duplicate(libc, fd, family);
  try {
    const peer = remoteAddress(libc, copy);
    const host = localAddress(libc, copy);
    applyOptions(libc, copy, options);
    const protocol = protocolOf(factory, peer);
    if (protocol === null) {
      libc.close(copy);
      return null;
    }
    const owner = { portNumber: host.port, lost: () => undefined };
    const server = new Server(owner, 0, peer, host, limits);
    server.start(context, copy, protocol, limits, true);
    return server;
  } catch (error) {
    libc.close(copy);
    throw error;
  }
}

/** A copy of a stream socket's descriptor: CLOEXEC, non-blocking (which the original becomes as well: the flag is the socket's). */
function duplicate(libc: Libc, fd: number, family: number): number {
  if (family !== AF_INET && family !== AF_INET6) throw new UnsupportedAddressFamily(family);
  const type = getIntegerOption(libc, fd, SOL_SOCKET, SO_TYPE);
  if (type !== SOCK_STREAM) throw new UnsupportedSocketType(type);
  const copy = checked(libc.fcntl(fd, F_DUPFD_CLOEXEC, 0), 'fcntl', { fd });
  try {
    const flags = checked(libc.fcntl(copy, F_GETFL, 0), 'fcntl', { fd: copy });
    checked(libc.fcntl(copy, F_SETFL, flags | O_NONBLOCK), 'fcntl', { fd: copy });
    return copy;
  } catch (error) {
    libc.close(copy);
    throw error;
  }
}
