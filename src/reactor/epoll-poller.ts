import { ConnectionDone, ConnectionLost, ReactorClosedError } from '../errors/index.js';
import type { Failure } from '../defer/index.js';
import type {
  DisconnectReason,
  IFileDescriptor,
  IHangUpDescriptor,
  IReactorTime,
  IReadDescriptor,
  IWriteDescriptor,
} from '../interfaces/index.js';
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
} from '../libc/constants.js';
import { EpollEventArray, type Libc, checked, errno, systemError } from '../libc/index.js';
import { setLogContext } from '../logger/index.js';
import { ContinuousPolling } from './continuous-polling.js';
import { endReading, hangUp, lose, read, wentAway, write } from './dispatch.js';
import type { IPoller, TurnProgress } from './poller.js';
import { HANG_UP, OUTSIDE, READ, type Registration, WRITE } from './registration.js';
import { Registrations } from './registrations.js';

/**
 * Facts about epoll (epoll(7), epoll_ctl(2), and experiment), and what follows from each:
 *
 *  - It is used level-triggered: what isn't taken in one turn is told again in the next, and ready descriptors
 *    rotate, so a turn may stop anywhere.
 *  - A set holds open file descriptions, not numbers. Closing a number takes it out of the set only if no duplicate
 *    of it is open; so a number that may have been duplicated is taken out explicitly (`forget` with `shared`), and
 *    all others are spared that call.
 *  - An event may be under way for a number that was closed and given out again. The event's data carries the
 *    registration's generation; what doesn't match the table is dropped.
 *  - EPOLLHUP and EPOLLERR are told whether asked for or not. Someone who neither reads nor writes would be told in
 *    every turn. Such a descriptor leaves the set once it was told (`Registration.over`).
 *  - EPERM means that the file is always ready (a regular file): those are polled by time.
 *  - Interest often changes back and forth within a turn. Changes are collected and the difference is told once,
 *    before the wait.
 */
const GONE = EPOLLHUP | EPOLLERR;

export interface EpollPollerParts {
  readonly libc: Libc;
  /** The clock for descriptors that epoll can't watch. */
  readonly time: Pick<IReactorTime, 'callLater'>;
  /** The number of events that one poll delivers at most. */
  readonly eventsPerPoll: number;
  /** Called when there are changes to be applied, once until they are. */
  readonly onChange: () => void;
}

/** A poller over one epoll set. Twisted: `EPollReactor`. */
export class EpollPoller implements IPoller {
  readonly #libc: Libc;
  readonly #onChange: () => void;
  /** -1 after close(). */
  #epfd: number;
  readonly #events: EpollEventArray;
  readonly #continuous: ContinuousPolling;
  readonly #registrations: Registrations;
  #changed: Registration[] = [];

  constructor({ libc, time, eventsPerPoll, onChange }: EpollPollerParts) {
    this.#libc = libc;
    this.#onChange = onChange;
    this.#events = new EpollEventArray(eventsPerPoll);
    this.#continuous = new ContinuousPolling(time);
    this.#registrations = new Registrations(onChange);
    this.#epfd = checked(libc.epoll_create1(EPOLL_CLOEXEC), 'epoll_create1');
    libc.pin(this.#events.bytes);
  }

  get keepAliveCount(): number {
    return this.#registrations.keepAliveCount;
  }

  fileno(): number {
    return this.#epfd;
  }

  addReader(reader: IReadDescriptor): void {
    if (this.#continuous.has(reader)) this.#continuous.addReader(reader);
    else this.#want(this.#register(reader), READ);
  }

  addWriter(writer: IWriteDescriptor): void {
    if (this.#continuous.has(writer)) this.#continuous.addWriter(writer);
    else this.#want(this.#register(writer), WRITE);
  }

  addHangUpWatch(descriptor: IHangUpDescriptor): void {
    // Nobody can hang up on a file.
    if (this.#continuous.has(descriptor)) return;
    this.#want(this.#register(descriptor), HANG_UP);
  }

  addInternalReader(reader: IReadDescriptor): void {
    const registration = this.#register(reader);
    const { fd, generation } = registration;
    registration.internal = true;
    registration.interest = READ;
    this.#registrations.keepAlive(registration, false);
    const result = this.#libc.epoll_ctl(this.#epfd, EPOLL_CTL_ADD, fd, EPOLLIN, fd, generation);
    checked(result, 'epoll_ctl', { fd });
    registration.applied = EPOLLIN;
  }

  removeReader(reader: IReadDescriptor): void {
    this.#continuous.removeReader(reader);
    this.#unwant(reader, READ);
  }

  removeWriter(writer: IWriteDescriptor): void {
    this.#continuous.removeWriter(writer);
    this.#unwant(writer, WRITE);
  }

  forget(descriptor: IFileDescriptor, options?: { readonly shared?: boolean }): void {
    this.#continuous.remove(descriptor);
    const registration = this.#registrations.find(descriptor);
    if (registration === undefined) return;
    if (options?.shared === true) this.#takeOut(registration);
    registration.mayBeLost = false;
    this.#registrations.drop(registration);
  }

  keepAlive(descriptor: IFileDescriptor, keep: boolean): void {
    const registration = this.#registrations.find(descriptor);
    if (registration !== undefined) this.#registrations.keepAlive(registration, keep);
  }

  removeAll(): IFileDescriptor[] {
    const removed = this.#continuous.removeAll();
    for (const registration of this.#registrations.wanting(READ | WRITE | HANG_UP)) {
      if ((registration.interest & (READ | WRITE)) !== 0) removed.push(registration.descriptor);
      registration.mayBeLost = false;
      this.#takeOut(registration);
      this.#registrations.drop(registration);
    }
    return removed;
  }

  getReaders(): IReadDescriptor[] {
    const readers = this.#registrations.wanting(READ).map(({ descriptor }) => descriptor as IReadDescriptor);
    return [...readers, ...this.#continuous.getReaders()];
  }

  getWriters(): IWriteDescriptor[] {
    const writers = this.#registrations
      .wanting(WRITE)
      .map(({ descriptor }) => descriptor as IWriteDescriptor);
    return [...writers, ...this.#continuous.getWriters()];
  }

  getDescriptors(): IFileDescriptor[] {
    const watched = this.#registrations.wanting(READ | WRITE | HANG_UP).map(({ descriptor }) => descriptor);
    return [...watched, ...this.#continuous.getDescriptors()];
  }

  poll(timeoutMs: number, progress: TurnProgress): void {
    // A timer or a refused change may have closed the reactor in this very turn.
    if (this.#epfd < 0) return;
    const events = this.#events;
    const count = this.#libc.epoll_wait(this.#epfd, events, events.capacity, timeoutMs);
    if (count < 0) {
      if (count === -errno.EINTR) return;
      throw systemError(count, 'epoll_wait', { fd: this.#epfd });
    }
    if (timeoutMs !== 0) progress.waited();
    for (let i = 0; i < count; i += 1) {
      const registration = this.#registrations.at(events.low(i), events.high(i));
      if (registration === undefined) continue;
      this.#deliver(registration, events.events(i));
      if (progress.ran(registration.descriptor)) return;
    }
  }

  applyChanges(): void {
    if (this.#changed.length === 0) return;
    const changed = this.#changed;
    this.#changed = [];
    for (const registration of changed) {
      registration.changed = false;
      if (registration.live && registration.mask !== registration.applied) this.#apply(registration);
    }
  }

  /** Events that are still being delivered find an empty table. */
  close(): void {
    if (this.#epfd < 0) return;
    this.#continuous.removeAll();
    this.#changed = [];
    this.#registrations.clear();
    this.#libc.close(this.#epfd);
    this.#epfd = -1;
  }

  #deliver(registration: Registration, events: number): void {
    const { descriptor, interest } = registration;
    const outer = setLogContext(descriptor);
    if ((interest & HANG_UP) === 0 && (events & GONE) !== 0 && (events & EPOLLIN) === 0) {
      this.#disconnect(
        registration,
        (interest & READ) === 0 ? new ConnectionLost() : new ConnectionDone(),
        true,
      );
    } else {
      this.#call(registration, events);
    }
    setLogContext(outer);
  }

  /**
   * Hands an event to the callbacks that want it. A transport with a hang-up watch finds out by itself what HUP and
   * ERR mean.
   */
  #call(registration: Registration, events: number): void {
    const { descriptor } = registration;
    if ((registration.interest & READ) !== 0) {
      if ((events & (EPOLLIN | GONE)) !== 0) {
        const reason = read(descriptor as IReadDescriptor);
        if (reason !== undefined) {
          this.#disconnect(registration, reason, true);
          return;
        }
      }
    } else if ((events & (EPOLLRDHUP | GONE)) !== 0) {
      const reason = this.#hangUp(registration, events);
      if (reason !== undefined) {
        this.#disconnect(registration, reason, false);
        return;
      }
    }
    if (!registration.live) return;
    if ((registration.interest & WRITE) !== 0 && (events & (EPOLLOUT | GONE)) !== 0) {
      const reason = write(descriptor as IWriteDescriptor);
      if (reason !== undefined) {
        this.#disconnect(registration, reason, false);
        return;
      }
    }
    if (!isLive(registration)) return;
    const reason = wentAway(descriptor);
    if (reason !== undefined) this.#disconnect(registration, reason, false);
  }

  #hangUp(registration: Registration, events: number): DisconnectReason {
    if ((registration.interest & HANG_UP) === 0) return undefined;
    const how = (events & EPOLLERR) === 0 ? 'ended' : 'reset';
    const news = registration.hungUp === undefined || (how === 'reset' && registration.hungUp === 'ended');
    if ((events & GONE) !== 0) registration.over = true;
    if (news) registration.hungUp = how;
    this.#touch(registration);
    return news ? hangUp(registration.descriptor as IHangUpDescriptor, how) : undefined;
  }

  /**
   * A callback of `registered`'s descriptor has returned a reason to drop it. It may have removed itself, or added
   * itself anew.
   */
  #disconnect(registered: Registration, reason: Error | Failure, whileReading: boolean): void {
    if (!registered.mayBeLost) return;
    const { descriptor } = registered;
    const registration = this.#registrations.renewed(registered);
    let left: Error | Failure | undefined = reason;
    if (whileReading) {
      this.#setInterest(registration, registration.interest & ~READ);
      left = endReading(descriptor, reason);
      if (left === undefined) return;
    }
    this.#takeOut(registration);
    this.#registrations.drop(registration);
    lose(descriptor, left);
  }

  #register(descriptor: IFileDescriptor): Registration {
    if (this.#epfd < 0) throw new ReactorClosedError();
    return this.#registrations.add(descriptor);
  }

  #want(registration: Registration, bits: number): void {
    if ((registration.interest & bits) === bits) return;
    registration.interest |= bits;
    this.#touch(registration);
  }

  #unwant(descriptor: IFileDescriptor, bit: number): void {
    const registration = this.#registrations.find(descriptor);
    if (registration !== undefined && (registration.interest & bit) !== 0) {
      this.#setInterest(registration, registration.interest & ~bit);
    }
  }

  /** Nothing wanted any more: gone at once, since the number may be closed right after. */
  #setInterest(registration: Registration, interest: number): void {
    registration.interest = interest;
    if (interest !== 0) {
      this.#touch(registration);
      return;
    }
    this.#takeOut(registration);
    this.#registrations.drop(registration);
  }

  #touch(registration: Registration): void {
    if (registration.changed) return;
    registration.changed = true;
    this.#changed.push(registration);
    if (this.#changed.length === 1) this.#onChange();
  }

  #apply(registration: Registration): void {
    const { mask, applied, fd, generation } = registration;
    if (mask === OUTSIDE) {
      this.#takeOut(registration);
      return;
    }
    const operation = applied === OUTSIDE ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    let result = this.#libc.epoll_ctl(this.#epfd, operation, fd, mask, fd, generation);
    if (result === -errno.EEXIST) {
      // A duplicate of a former owner's is still in the set under this number: the number is ours now.
      result = this.#libc.epoll_ctl(this.#epfd, EPOLL_CTL_MOD, fd, mask, fd, generation);
    }
    if (result >= 0) registration.applied = mask;
    else if (result === -errno.EPERM) this.#pollByTime(registration);
    else this.#refused(registration, result);
  }

  #pollByTime(registration: Registration): void {
    const { descriptor, interest } = registration;
    this.#registrations.drop(registration);
    if ((interest & READ) !== 0) this.#continuous.addReader(descriptor as IReadDescriptor);
    if ((interest & WRITE) !== 0) this.#continuous.addWriter(descriptor as IWriteDescriptor);
  }

  #refused(registration: Registration, result: number): void {
    this.#takeOut(registration);
    this.#registrations.drop(registration);
    lose(registration.descriptor, systemError(result, 'epoll_ctl', { fd: registration.fd }));
  }

  /** Takes a registration out of the kernel's set. That it isn't there (ENOENT, EBADF) is as good. */
  #takeOut(registration: Registration): void {
    if (registration.applied === OUTSIDE) return;
    registration.applied = OUTSIDE;
    this.#libc.epoll_ctl(this.#epfd, EPOLL_CTL_DEL, registration.fd, 0, 0, 0);
  }
}

/** Asked again after a callback has run: TypeScript can't know that it may have changed. */
function isLive(registration: Registration): boolean {
  return registration.live;
}
