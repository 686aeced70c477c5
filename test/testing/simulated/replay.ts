import {
  EPOLLOUT,
  EpollEventArray,
  F_GETFL,
  EPOLLIN,
  IPPROTO_TCP,
  MSG_PEEK,
  type Libc,
  O_NONBLOCK,
  RLIMIT_NOFILE,
  SOL_SOCKET,
  SO_RCVBUF,
  SO_SNDBUF,
  SocketAddress,
  TCP_INFO,
  errno,
  errnoName,
} from '../../../src/libc/index.js';
import type { RecordedCall } from '../../../src/testing/index.js';

/**
 * A recording of the real kernel, played to another one: each call is made there too, and what was recorded has to be an answer that the
 * other kernel could have given in the state in which it is.
 *
 * What may differ:
 *  - Numbers of descriptors and ports that the kernel chooses. Each number of the one belongs to one of the other.
 *  - How much a socket takes and holds. So a send of which the real kernel took n bytes is played as one of n bytes; a
 *    socket that has bytes under way may refuse more (EAGAIN), and then, or when it has much, isn't ready for writing.
 *  - When much is sent at once TCP takes its time (RFC 9293 3.7.4, RFC 1122 4.2.3.2): what was sent needn't have come yet.
 *  - Then a reset throws away, where it was sent, what was still to go out before it (RFC 9293 3.10.5): bytes, and the end after them. Who hasn't had
 *    the end is told ECONNRESET, not EPIPE.
 *  - How much of what has come one receive gives, if only the bytes are right.
 *  - Whether an acknowledgement of a FIN has come already: Linux may put it off.
 *  - The order of ready events, and which of them come first when there are more than were asked for.
 *  - Which descriptors Node has: EMFILE is played by lowering the limit for that one call.
 * Everything else has to be the same: errors, readiness to the bit, states, bytes, ends.
 */
export interface Disagreement {
  /** The place in the recording. */
  readonly index: number;
  readonly recorded: RecordedCall;
  /** What the other kernel says. */
  readonly says: string;
}

/** From so many bytes through one descriptor on, much is sent. */
const MUCH = 16_384;
const POLLFD_BYTES = 8;
const BATCH = 4096;

/** Plays a recording that begins with nothing open. All disagreements, up to and including the first one that leaves no way to go on. */
export function replay(recording: readonly RecordedCall[], libc: Libc): Disagreement[] {
  const player = new Player(libc);
  const disagreements: Disagreement[] = [];
  for (const [index, recorded] of recording.entries()) {
    const says = player.play(recorded);
    if (says !== undefined) disagreements.push({ index, recorded, says });
  }
  return disagreements;
}

/** A disagreement in one line. */
export function textOf({ index, recorded, says }: Disagreement): string {
  const { call, numbers, result, events, filled } = recorded;
  const details = events === undefined ? (filled?.length ?? '') : JSON.stringify(events);
  return `#${index} ${call}(${numbers.join(', ')}) was ${nameOf(result)} ${details}, and would be ${says}`;
}

function nameOf(result: number): string {
  return result < 0 ? errnoName(-result) : String(result);
}

class Player {
  readonly #libc: Libc;
  readonly #fds = new Map<number, number>();
  readonly #ports = new Map<number, number>();
  /** Bytes that were sent through a descriptor. */
  readonly #sent = new Map<number, number>();
  /** Descriptors whose sends were refused, or cut short. */
  readonly #blocked = new Set<number>();
  /** Much was sent. */
  #bulk = false;
  readonly #address = new SocketAddress();
  readonly #events = new EpollEventArray(BATCH);

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Undefined if the answers agree; what the other kernel says if not. */
  play(recorded: RecordedCall): string | undefined {
    const { call } = recorded;
    if (recorded.result === -errno.EMFILE) return this.#withoutDescriptors(() => this.#make(recorded));
    switch (call) {
      case 'getrlimit':
      case 'setrlimit':
        return undefined;
      default:
        return this.#make(recorded);
    }
  }

  #make(recorded: RecordedCall): string | undefined {
    const { numbers, given = Buffer.alloc(0), path = '' } = recorded;
    const [first = -1, second = 0, third = 0, fourth = 0, fifth = 0] = numbers;
    const libc = this.#libc;
    const fd = this.#fdOf(first);
    switch (recorded.call) {
      case 'socket':
        return this.#opened(recorded, libc.socket(first, second, third));
      case 'eventfd':
        return this.#opened(recorded, libc.eventfd(first, second));
      case 'epoll_create1':
        return this.#opened(recorded, libc.epoll_create1(first));
      case 'open':
        return this.#opened(recorded, libc.open(path, first, second));
      case 'dup':
        return this.#opened(recorded, libc.dup(fd));
      case 'accept4':
        return this.#accepted(recorded, libc.accept4(fd, this.#address, second));
      case 'socketpair':
        return this.#openedPair(recorded, (pair) => libc.socketpair(first, second, third, pair));
      case 'pipe2':
        return this.#openedPair(recorded, (pair) => libc.pipe2(pair, first));
      case 'fcntl':
        return this.#fcntl(recorded, fd, second, third);
      case 'bind':
        return same(recorded, libc.bind(fd, this.#addressOf(recorded)));
      case 'connect':
        return same(recorded, libc.connect(fd, this.#addressOf(recorded)));
      case 'listen':
        return same(recorded, libc.listen(fd, second));
      case 'shutdown':
        return same(recorded, libc.shutdown(fd, second));
      case 'getsockname':
        return this.#named(recorded, libc.getsockname(fd, this.#address));
      case 'getpeername':
        return this.#named(recorded, libc.getpeername(fd, this.#address));
      case 'getsockopt':
        return this.#getsockopt(recorded, fd, second, third);
      case 'setsockopt':
        return same(recorded, libc.setsockopt(fd, second, third, given));
      case 'epoll_ctl':
        return same(recorded, libc.epoll_ctl(fd, second, this.#fdOf(third), fourth, fifth, numbers[5] ?? 0));
      case 'epoll_wait':
        return this.#epollWait(recorded, fd, second);
      case 'poll':
        return this.#poll(recorded, first);
      case 'close':
        return this.#close(recorded, fd);
      case 'recv':
        return this.#received(recorded, (target, flags) =>
          libc.recv(fd, target, 0, target.length, fourth | flags),
        );
      case 'read':
        return this.#received(recorded, (target) => libc.read(fd, target, 0, target.length));
      case 'pread':
        return this.#received(recorded, (target) => libc.pread(fd, target, 0, target.length, fourth));
      case 'sendfile':
        return this.#sendFile(recorded, first, (length) =>
          libc.sendfile(fd, this.#fdOf(second), third, length),
        );
      case 'send':
      case 'sendmsg':
        return this.#send(recorded, first, (bytes) =>
          libc.send(fd, bytes, 0, bytes.length, numbers.at(-1) ?? 0),
        );
      case 'write':
        return this.#send(recorded, first, (bytes) => libc.write(fd, bytes, 0, bytes.length));
      case 'getrlimit':
      case 'setrlimit':
        return undefined;
    }
  }

  // ---- descriptors

  #fdOf(recorded: number): number {
    // What isn't open there isn't open here.
    return this.#fds.get(recorded) ?? 1_000_000;
  }

  #opened(recorded: RecordedCall, result: number): string | undefined {
    if (recorded.result < 0 || result < 0) return same(recorded, result);
    this.#fds.set(recorded.result, result);
    this.#sent.delete(recorded.result);
    this.#blocked.delete(recorded.result);
    return undefined;
  }

  #accepted(recorded: RecordedCall, result: number): string | undefined {
    return this.#opened(recorded, result) ?? (result < 0 ? undefined : this.#sameAddress(recorded));
  }

  #openedPair(recorded: RecordedCall, make: (pair: Int32Array) => number): string | undefined {
    const pair = new Int32Array(2);
    const result = make(pair);
    if (result < 0 || recorded.result < 0 || recorded.pair === undefined) return same(recorded, result);
    for (const [i, fd] of recorded.pair.entries()) this.#opened({ ...recorded, result: fd }, pair[i] ?? -1);
    return undefined;
  }

  #fcntl(recorded: RecordedCall, fd: number, command: number, argument: number): string | undefined {
    const result = this.#libc.fcntl(fd, command, command === 1030 ? 0 : argument);
    if (command === 1030) return this.#opened(recorded, result);
    if (command !== F_GETFL || result < 0 || recorded.result < 0) return same(recorded, result);
    return (result & O_NONBLOCK) === (recorded.result & O_NONBLOCK) ? undefined : `flags ${result}`;
  }

  #close(recorded: RecordedCall, fd: number): string | undefined {
    this.#fds.delete(recorded.numbers[0] ?? -1);
    return same(recorded, this.#libc.close(fd));
  }

  #withoutDescriptors(make: () => string | undefined): string | undefined {
    const limit = { soft: 0, hard: 0 };
    this.#libc.getrlimit(RLIMIT_NOFILE, limit);
    this.#libc.setrlimit(RLIMIT_NOFILE, { ...limit, soft: 1 });
    const answer = make();
    this.#libc.setrlimit(RLIMIT_NOFILE, limit);
    return answer;
  }

  // ---- addresses

  #addressOf({ address = Buffer.alloc(0) }: RecordedCall): SocketAddress {
    const to = new SocketAddress();
    to.bytes.set(address);
    to.length = address.length;
    const port = this.#ports.get(to.port);
    if (port !== undefined) to.bytes.writeUInt16BE(port, 2);
    return to;
  }

  #named(recorded: RecordedCall, result: number): string | undefined {
    return same(recorded, result) ?? (result < 0 ? undefined : this.#sameAddress(recorded));
  }

  /** The address that was told last is the recorded one, its port aside; the two ports belong together from now on. */
  #sameAddress(recorded: RecordedCall): string | undefined {
    const there = new SocketAddress();
    there.bytes.set(recorded.address ?? Buffer.alloc(0));
    there.length = recorded.address?.length ?? 0;
    const here = this.#address;
    const known = this.#ports.get(there.port);
    if (known !== undefined && known !== here.port) return `port ${here.port}`;
    if (there.port !== 0 && here.port !== 0) this.#ports.set(there.port, here.port);
    const text = ({ bytes, length }: SocketAddress): string => {
      const copy = Buffer.from(bytes.subarray(0, length));
      if (length >= 4) copy.fill(0, 2, 4);
      return copy.toString('hex');
    };
    return text(there) === text(here) ? undefined : `address ${text(here)}`;
  }

  // ---- options

  #getsockopt(recorded: RecordedCall, fd: number, level: number, name: number): string | undefined {
    const value = Buffer.alloc(256);
    const result = this.#libc.getsockopt(fd, level, name, value.subarray(0, Math.max(4, recorded.result)));
    const isSize = level === SOL_SOCKET && (name === SO_RCVBUF || name === SO_SNDBUF);
    if (result < 0 || recorded.result < 0) return same(recorded, result);
    if (isSize) return undefined;
    // Of TCP_INFO the state.
    const isInfo = level === IPPROTO_TCP && name === TCP_INFO;
    const length = isInfo ? 1 : result;
    const filled = recorded.filled ?? Buffer.alloc(0);
    if (isInfo && isFinWait(filled[0]) && isFinWait(value[0])) return undefined;
    const agrees = filled.subarray(0, length).equals(value.subarray(0, length));
    return agrees
      ? undefined
      : `${value.subarray(0, length).toString('hex')} for ${filled.subarray(0, length).toString('hex')}`;
  }

  // ---- bytes

  #send(recorded: RecordedCall, number: number, send: (bytes: Buffer) => number): string | undefined {
    const { result, given = Buffer.alloc(0) } = recorded;
    if (this.#isFull(recorded, number, given.length)) return undefined;
    return this.#sameSend(recorded, send(result < 0 ? given : given.subarray(0, result)));
  }

  #sendFile(recorded: RecordedCall, number: number, send: (length: number) => number): string | undefined {
    const { result, numbers } = recorded;
    const asked = numbers.at(-1) ?? 0;
    if (this.#isFull(recorded, number, asked)) return undefined;
    // The end of a file is one whatever is asked for.
    return this.#sameSend(recorded, send(result <= 0 ? asked : result));
  }

  /** Keeps account of what was sent. True if the socket took nothing, which is its own affair. */
  #isFull({ result }: RecordedCall, number: number, asked: number): boolean {
    const sent = this.#sent.get(number) ?? 0;
    if (result === -errno.EAGAIN && sent > 0) {
      this.#blocked.add(number);
      return true;
    }
    if (result > 0) this.#sent.set(number, sent + result);
    if (sent + result >= MUCH) this.#bulk = true;
    if (result >= 0 && (result < asked || sent + result >= MUCH)) this.#blocked.add(number);
    return false;
  }

  /** With much under way, when a reset comes decides which of its two errors a send tells. */
  #sameSend(recorded: RecordedCall, answer: number): string | undefined {
    if (this.#bulk && recorded.result === -errno.ECONNRESET && answer === -errno.EPIPE) return undefined;
    return same(recorded, answer);
  }

  #received(
    { result, filled, numbers }: RecordedCall,
    receive: (target: Buffer, flags: number) => number,
  ): string | undefined {
    if (result <= 0 || filled === undefined) {
      const room = Buffer.alloc(numbers[2] ?? 0);
      let answer = receive(room, MSG_PEEK);
      while (this.#bulk && result === -errno.ECONNRESET && answer > 0) {
        // What was thrown away there is here, before the error, which would be told only once.
        receive(room, 0);
        answer = receive(room, MSG_PEEK);
      }
      if (result === -errno.EAGAIN && answer > 0 && this.#bulk) return undefined;
      return answer === result ? undefined : nameOf(answer);
    }
    const taken = Buffer.alloc(result);
    let length = 0;
    while (length < result) {
      const answer = receive(taken.subarray(length), 0);
      if (answer <= 0) return `${nameOf(answer)} after ${length} bytes`;
      length += answer;
    }
    return taken.equals(filled) ? undefined : 'other bytes';
  }

  // ---- readiness

  #epollWait(recorded: RecordedCall, fd: number, maximum: number): string | undefined {
    const count = this.#libc.epoll_wait(fd, this.#events, BATCH, 0);
    if (count < 0 || recorded.result < 0) return same(recorded, count);
    const here = new Map<string, number>();
    for (let i = 0; i < count; i += 1) {
      here.set(`${this.#events.low(i)}/${this.#events.high(i)}`, this.#events.events(i));
    }
    for (const { events, low, high } of recorded.events ?? []) {
      const key = `${low}/${high}`;
      const told = here.get(key) ?? 0;
      if ((events & EPOLLOUT) !== 0) this.#blocked.delete(low);
      if (this.#unlike(events, told, low)) return `${told.toString(16)} for ${low}`;
      here.delete(key);
    }
    if (recorded.result === maximum) return undefined;
    for (const [key, events] of here) {
      const low = Number(key.split('/')[0]);
      if (this.#unlike(0, events, low)) return `${events.toString(16)} for ${low}, too`;
    }
    return undefined;
  }

  #poll(recorded: RecordedCall, count: number): string | undefined {
    const records = Buffer.from(recorded.given ?? Buffer.alloc(0));
    const told = recorded.filled;
    if (recorded.result < 0 || told === undefined) return same(recorded, this.#libc.poll(records, count, 0));
    const wanted = (i: number): number => records.readInt16LE(i * POLLFD_BYTES + 4);
    const numbers = Array.from({ length: count }, (_, i) => records.readInt32LE(i * POLLFD_BYTES));
    // A question for nothing is one for what is open: those include Node's own.
    if (numbers.every((_, i) => wanted(i) === 0)) return undefined;
    for (const [i, number] of numbers.entries()) records.writeInt32LE(this.#fdOf(number), i * POLLFD_BYTES);
    this.#libc.poll(records, count, 0);
    for (const [i, number] of numbers.entries()) {
      const [there, here] = [told, records].map((each) => each.readUInt16LE(i * POLLFD_BYTES + 6)) as [
        number,
        number,
      ];
      if (this.#unlike(there, here, number)) return `${here.toString(16)} for ${number}`;
    }
    return undefined;
  }

  /** Whether these events can't both be right, `number` being the descriptor in the recording. */
  #unlike(there: number, here: number, number: number): boolean {
    let difference = there ^ here;
    if (this.#blocked.has(number)) difference &= ~EPOLLOUT;
    if (this.#bulk) difference &= ~(EPOLLIN & here);
    return difference !== 0;
  }
}

function same({ result }: RecordedCall, answer: number): string | undefined {
  return result === answer ? undefined : nameOf(answer);
}

/** FIN_WAIT1 or FIN_WAIT2 (include/net/tcp_states.h). */
function isFinWait(state: number | undefined): boolean {
  return state === 4 || state === 5;
}
