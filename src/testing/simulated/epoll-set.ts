import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  type EpollEventArray,
  O_RDWR,
  errno,
} from '../../libc/index.js';
import type { Choices } from './choices.js';
import { OpenFile, type Watcher } from './open-file.js';

/**
 * An epoll instance.
 *
 * Facts (epoll(7), epoll_ctl(2), fs/eventpoll.c):
 *  - An entry belongs to an open file and the number by which it was added. Closing the number doesn't take it out while a
 *    duplicate is open; the end of the file does.
 *  - EPOLLERR and EPOLLHUP are always watched.
 *  - Files that may have become ready stand in a list, in the order in which that happened. epoll_wait goes through the list and
 *    asks each file what holds now; who isn't ready after all leaves it, who is and was watched level-triggered goes to its end.
 *    So what one wait couldn't deliver comes first in the next.
 *  - EPOLLONESHOT disables an entry once it was told; EPOLLET doesn't put it back into the list.
 */
const ALWAYS = EPOLLERR | EPOLLHUP;
const EPOLLONESHOT = 1 << 30;
const EPOLLET = 1 << 31;
/** Bits that aren't events. */
const PRIVATE = EPOLLONESHOT | EPOLLET;

class Entry implements Watcher {
  readonly file: OpenFile;
  readonly fd: number;
  events = 0;
  low = 0;
  high = 0;
  listed = false;
  readonly #set: EpollSet;

  constructor(set: EpollSet, file: OpenFile, fd: number) {
    this.#set = set;
    this.file = file;
    this.fd = fd;
  }

  fileChanged(): void {
    this.#set.entryChanged(this);
  }

  fileReleased(): void {
    this.#set.remove(this);
  }

  /** The events that hold and are watched. */
  get due(): number {
    return this.file.readiness() & this.events;
  }
}

export class EpollSet extends OpenFile {
  readonly #choices: Choices;
  /** By file, then by number. A Map keeps the order of adding, so nothing here depends on chance. */
  readonly #entries = new Map<OpenFile, Map<number, Entry>>();
  #ready: Entry[] = [];

  constructor(choices: Choices) {
    super(O_RDWR);
    this.#choices = choices;
  }

  /** An epoll instance is readable while one of its files is ready. */
  readiness(): number {
    return this.#ready.some(({ due }) => due !== 0) ? EPOLLIN : 0;
  }

  read(): number {
    return -errno.EINVAL;
  }

  write(): number {
    return -errno.EINVAL;
  }

  /** epoll_ctl(2), for a number that is open and leads to `file`. */
  control(operation: number, file: OpenFile, fd: number, events: number, low: number, high: number): number {
    if (!file.pollable) return -errno.EPERM;
    if (file === this) return -errno.EINVAL;
    const entry = this.#entries.get(file)?.get(fd);
    switch (operation) {
      case EPOLL_CTL_ADD:
        if (entry !== undefined) return -errno.EEXIST;
        this.#set(this.#add(file, fd), events, low, high);
        return 0;
      case EPOLL_CTL_MOD:
        if (entry === undefined) return -errno.ENOENT;
        this.#set(entry, events, low, high);
        return 0;
      case EPOLL_CTL_DEL:
        if (entry === undefined) return -errno.ENOENT;
        this.remove(entry);
        return 0;
      default:
        return -errno.EINVAL;
    }
  }

  /** Fills `into` with up to `maximum` events that hold now; how many there are. */
  collect(into: EpollEventArray, maximum: number): number {
    const told: { readonly entry: Entry; readonly due: number }[] = [];
    const waiting = this.#ready;
    let looked = 0;
    while (looked < waiting.length && told.length < maximum) {
      const entry = waiting[looked] as Entry;
      const { due } = entry;
      looked += 1;
      entry.listed = false;
      if (due !== 0) told.push({ entry, due });
    }
    this.#ready = waiting.slice(looked);
    for (const { entry } of told) {
      if ((entry.events & EPOLLONESHOT) !== 0) entry.events &= PRIVATE;
      else if ((entry.events & EPOLLET) === 0) this.#list(entry);
    }
    this.#choices.shuffle(told);
    for (const [i, { entry, due }] of told.entries()) into.set(i, due, entry.low, entry.high);
    return told.length;
  }

  /** The file of an entry may have become ready. */
  entryChanged(entry: Entry): void {
    this.#list(entry);
    this.changed();
  }

  /** Takes an entry out. If it stands in the list it leaves that when it is looked at next, since nothing is due for it any more. */
  remove(entry: Entry): void {
    const { file, fd } = entry;
    file.unwatch(entry);
    entry.events = 0;
    const entries = this.#entries.get(file);
    entries?.delete(fd);
    if (entries?.size === 0) this.#entries.delete(file);
  }

  protected released(): void {
    for (const entries of [...this.#entries.values()])
      for (const entry of [...entries.values()]) this.remove(entry);
    this.#ready = [];
  }

  #add(file: OpenFile, fd: number): Entry {
    const entry = new Entry(this, file, fd);
    const entries = this.#entries.get(file);
    if (entries === undefined) this.#entries.set(file, new Map([[fd, entry]]));
    else entries.set(fd, entry);
    file.watch(entry);
    return entry;
  }

  #set(entry: Entry, events: number, low: number, high: number): void {
    entry.events = events | ALWAYS;
    entry.low = low;
    entry.high = high;
    if (entry.due !== 0) this.entryChanged(entry);
  }

  #list(entry: Entry): void {
    if (entry.listed) return;
    entry.listed = true;
    this.#ready.push(entry);
  }
}
