import { type Driver, type IHostLoop, errno, systemError } from '../../libc/index.js';
import { FdTable } from './fd-table.js';
import { NullDevice } from './file-system.js';
import type { Host } from './host.js';
import type { OpenFile } from './open-file.js';
import { SimulatedHostLoop } from './simulated-host-loop.js';
import type { SimulatedKernel } from './simulated-kernel.js';
import { SimulatedLibc } from './simulated-libc.js';

/** What a process is to be like. */
export interface SimulatedProcessOptions {
  /** What errors call it; `process 1` and so on unless it is given. */
  readonly name?: string;
  /** The machine that it runs on; the kernel's `localhost` unless it is given. */
  readonly host?: Host;
  /** RLIMIT_NOFILE, soft and hard: 1024 and 4096 unless they are given. */
  readonly descriptorLimit?: number;
  /** RLIMIT_NOFILE, the hard limit. */
  readonly descriptorLimitMax?: number;
}

const SOFT_LIMIT = 1024;
const HARD_LIMIT = 4096;
/** Standard input, output and error: every process begins with them. */
const STANDARD_STREAMS = 3;

/**
 * A process on a simulated kernel: descriptors of its own, with their limit, and any number of host loops. It is the driver to make a
 * reactor with: `new Reactor({ driver: process })`.
 */
export class SimulatedProcess implements Driver {
  /** The kernel that it runs on. */
  readonly kernel: SimulatedKernel;
  /** What errors call it. */
  readonly name: string;
  /** The machine that it runs on. */
  readonly host: Host;
  /** The kernel's functions, as this process has them. */
  readonly libc: SimulatedLibc;
  readonly #table: FdTable;
  readonly #loops = new Set<SimulatedHostLoop>();

  constructor(kernel: SimulatedKernel, name: string, options: SimulatedProcessOptions) {
    const { host = kernel.localhost, descriptorLimit = SOFT_LIMIT } = options;
    const { descriptorLimitMax = Math.max(HARD_LIMIT, descriptorLimit) } = options;
    this.kernel = kernel;
    this.name = name;
    this.host = host;
    this.#table = new FdTable({ soft: descriptorLimit, hard: descriptorLimitMax });
    this.libc = new SimulatedLibc(this, this.#table);
    for (let fd = 0; fd < STANDARD_STREAMS; fd += 1) this.#table.add(new NullDevice(0), false);
  }

  /** The numbers of the descriptors that are open, the three standard ones among them. */
  get openDescriptors(): readonly number[] {
    return this.#table.open;
  }

  /** Its host loops that aren't closed. */
  get loops(): readonly SimulatedHostLoop[] {
    return [...this.#loops];
  }

  createHostLoop(): IHostLoop {
    const loop = new SimulatedHostLoop(this);
    this.#loops.add(loop);
    return loop;
  }

  /**
   * Ends the process as SIGKILL does: nothing of it runs any more, and the kernel closes its descriptors, in the order of their
   * numbers.
   */
  kill(): void {
    for (const loop of this.loops) loop.close();
    for (const fd of this.#table.open) this.libc.close(fd);
  }

  /** The file that a number leads to, if it can be waited for. Throws a SystemError. */
  requirePollable(fd: number): OpenFile {
    const file = this.#table.at(fd);
    if (file === undefined) throw systemError(-errno.EBADF, 'fcntl', { fd });
    if (!file.pollable) throw systemError(-errno.EPERM, 'epoll_ctl', { fd });
    return file;
  }

  /** A host loop was closed. */
  forget(loop: SimulatedHostLoop): void {
    this.#loops.delete(loop);
  }
}
