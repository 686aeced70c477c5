import type { IFileDescriptorReservation, ITurn, ShedPolicy } from '../interfaces/index.js';
import {
  MSG_NOSIGNAL,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  type Libc,
  SocketAddress,
} from '../libc/index.js';
import { acceptVerdict } from './accept-verdict.js';
import { resetOnClose } from './socket-options.js';

/** Clients turned away in one turn at most. The rest are still ready in the next one. */
const SHED_PER_TURN_MAX = 512;

/** Input of a client that is thrown away before its descriptor is closed, at most so many reads. */
const DISCARD_READS_MAX = 4;

export interface Shedder {
  readonly libc: Libc;
  readonly turn: ITurn;
  readonly listeningFd: number;
  readonly reservation: IFileDescriptorReservation;
  readonly policy: ShedPolicy;
}

/** What shedding came to. */
export interface Shedding {
  /** The addresses of the clients turned away, as the kernel wrote them. */
  readonly peers: readonly SocketAddress[];
  /** accept's last answer. */
  readonly result: number;
}

/**
 * Gives the spare descriptor up and turns waiting clients away with it, one after the other, until nobody waits or
 * the turn's bound is reached; then takes the spare back.
 *
 * In between nothing runs but calls of the kernel and pushes onto an array: whatever opened a file here (a log, a
 * listener, an import, the stack of an Error) could take the slot.
 */
export function shedClients(shedder: Shedder): Shedding {
  const peers: SocketAddress[] = [];
  let result = 0;
  shedder.reservation.enter();
  try {
    for (let tries = 1; tries <= SHED_PER_TURN_MAX; tries += 1) {
      result = acceptAndClose(shedder, peers);
      if (!goesOn(result) || shedder.turn.expired()) break;
    }
  } finally {
    shedder.reservation.exit();
  }
  return { peers, result };
}

function goesOn(result: number): boolean {
  return result >= 0 || acceptVerdict(result) === 'skip';
}

function acceptAndClose({ libc, turn, listeningFd, policy }: Shedder, peers: SocketAddress[]): number {
  const peer = new SocketAddress();
  const fd = libc.accept4(listeningFd, peer, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return fd;
  if (policy === 'reset') {
    resetOnClose(libc, fd);
  } else {
    // Closing with unread input would send RST, and take the farewell away with it.
    let reads = 0;
    while (reads < DISCARD_READS_MAX && libc.recv(fd, turn.slab, 0, turn.slab.length, 0) > 0) reads += 1;
    if (policy !== 'fin') {
      libc.send(fd, policy.farewell, 0, policy.farewell.length, MSG_NOSIGNAL);
      libc.shutdown(fd, SHUT_WR);
    }
  }
  libc.close(fd);
  peers.push(peer);
  return fd;
}
