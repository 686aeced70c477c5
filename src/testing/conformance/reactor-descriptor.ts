import type { Failure } from '../../defer/index.js';
import type {
  DisconnectReason,
  HangUp,
  IHangUpDescriptor,
  IReadWriteDescriptor,
} from '../../interfaces/index.js';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM, checked } from '../../libc/index.js';
import type { ConformanceEnvironment } from './environment.js';
import type { Peer } from './peer.js';

/** What a descriptor was told. */
export type DescriptorEvent = 'read' | 'write' | 'ended' | 'reset' | 'lost';

/** A descriptor that keeps what a reactor tells it, and does what a case says. */
export class RecordingDescriptor implements IReadWriteDescriptor, IHangUpDescriptor {
  readonly events: DescriptorEvent[] = [];
  /** Why it was lost; undefined until then. */
  reason: Failure | undefined;
  /** How often `fileno()` was asked for. */
  asked = 0;
  onRead: () => DisconnectReason = () => undefined;
  onWrite: () => DisconnectReason = () => undefined;
  onHangUp: () => void = () => undefined;
  onLost: () => void = () => undefined;
  /** The number; -1 pretends that it is gone. */
  fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** How often it was told this. */
  count(event: DescriptorEvent): number {
    return this.events.filter((told) => told === event).length;
  }

  fileno(): number {
    this.asked += 1;
    return this.fd;
  }

  logPrefix(): string {
    return `descriptor ${this.fd}`;
  }

  doRead(): DisconnectReason {
    this.events.push('read');
    return this.onRead();
  }

  doWrite(): DisconnectReason {
    this.events.push('write');
    return this.onWrite();
  }

  hangUp(how: HangUp): void {
    this.events.push(how);
    this.onHangUp();
  }

  connectionLost(reason: Failure): void {
    this.events.push('lost');
    this.reason = reason;
    this.onLost();
  }
}

/** A descriptor over one end of a pair of stream sockets, and the plain socket at the other end. */
export interface DescriptorPair {
  readonly descriptor: RecordingDescriptor;
  readonly peer: Peer;
}

/**
 * Makes a pair that is writable and has nothing to read. After the case it leaves the reactor, and both ends are
 * closed.
 */
export function makeDescriptorPair(environment: ConformanceEnvironment): DescriptorPair {
  const { libc, peers, reactor } = environment;
  const pair = new Int32Array(2);
  checked(libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 'socketpair');
  const [fd, far] = pair as Int32Array & readonly [number, number];
  const descriptor = new RecordingDescriptor(fd);
  const peer = peers.adopt(far);
  environment.addCleanup(() => {
    descriptor.fd = fd;
    reactor.forget(descriptor, { shared: true });
    libc.close(fd);
  });
  return { descriptor, peer };
}

/** Takes up to 64 bytes from a descriptor, and answers what libc has answered. */
export function takeSome({ libc }: ConformanceEnvironment, { fd }: RecordingDescriptor): number {
  const buffer = Buffer.alloc(64);
  return libc.recv(fd, buffer, 0, buffer.length, 0);
}
