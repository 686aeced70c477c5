import type { Failure } from '../../src/defer/index.js';
import type { IFileDescriptor, IHostnameResolver, IReactorFDSet } from '../../src/interfaces/index.js';
import type { Libc } from '../../src/libc/index.js';
import { SEND_SLAB_BYTES, type TransportContext } from '../../src/tcp/index.js';
import { Clock } from '../../src/time/index.js';

type Watched = IFileDescriptor & { doRead?(): unknown; doWrite?(): unknown; hangUp?(how: string): void };

/** What a transport gets from its reactor, in memory: the test is the kernel and takes the turns. */
export class FakeContext implements TransportContext {
  readonly libc: Libc;
  readonly time = new Clock();
  readonly sendSlab = Buffer.alloc(SEND_SLAB_BYTES);
  readonly resolver = {} as IHostnameResolver;
  closed = false;
  readonly readers = new Set<Watched>();
  readonly writers = new Set<Watched>();
  readonly hangUpWatches = new Set<Watched>();
  /** Each call of `forget`: whether the number was said to be shared. */
  readonly forgotten: boolean[] = [];
  slabsReplaced = 0;
  #flushables: { flush(): void }[] = [];

  constructor(libc: Partial<Libc>) {
    this.libc = libc as Libc;
  }

  readonly onDisconnectAll = new Set<() => void>();
  readonly isClosed = (): boolean => this.closed;

  readonly fds = {
    addReader: (reader: Watched) => void this.readers.add(reader),
    removeReader: (reader: Watched) => void this.readers.delete(reader),
    addWriter: (writer: Watched) => void this.writers.add(writer),
    removeWriter: (writer: Watched) => void this.writers.delete(writer),
    addHangUpWatch: (descriptor: Watched) => void this.hangUpWatches.add(descriptor),
    forget: (descriptor: Watched, options?: { readonly shared?: boolean }) => {
      for (const set of [this.readers, this.writers, this.hangUpWatches]) set.delete(descriptor);
      this.forgotten.push(options?.shared === true);
    },
  } as unknown as IReactorFDSet;

  readonly turn = {
    slab: Buffer.alloc(64),
    copyOfSlab: (length: number): Buffer => Buffer.from(this.turn.slab.subarray(0, length)),
    replaceSlab: (): void => {
      this.slabsReplaced += 1;
      this.turn.slab = Buffer.alloc(64);
    },
    flushAtEnd: (flushable: { flush(): void }): void => void this.#flushables.push(flushable),
    expired: (): boolean => false,
  };

  /** Whether something asked to be flushed. */
  get dirty(): boolean {
    return this.#flushables.length > 0;
  }

  /** Whether anything is watched at all. */
  get watching(): boolean {
    return this.readers.size + this.writers.size + this.hangUpWatches.size > 0;
  }

  endTurn(): void {
    for (const flushable of this.#flushables.splice(0)) flushable.flush();
  }

  read(): void {
    for (const reader of [...this.readers]) reader.doRead?.();
  }

  write(): void {
    for (const writer of [...this.writers]) writer.doWrite?.();
  }

  /** As the reactor would do when it shuts down, or when epoll refuses a descriptor. */
  drop(reason: Failure): void {
    const all = new Set([...this.readers, ...this.writers, ...this.hangUpWatches]);
    for (const descriptor of all) {
      for (const set of [this.readers, this.writers, this.hangUpWatches]) set.delete(descriptor);
      descriptor.connectionLost(reason);
    }
  }
}
