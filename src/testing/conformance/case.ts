import type { ConformanceEnvironment } from './environment.js';
import type { TransportCase } from './transport-case.js';

/**
 * What a case needs of the kernel beyond the plain calls. Where it isn't to be had the case is left out.
 *  - `faults`: a kernel whose calls can be made to fail (`environment.faults`) under the reactor.
 *  - `ipv6`: the loopback address ::1.
 *  - `linkLocal`: an interface with a link-local IPv6 address (`linkLocalHost`).
 *  - `descriptorLimit`: RLIMIT_NOFILE can be lowered, and counts.
 *  - `tcpInfo`: TCP_INFO, of connections and of listening sockets.
 *  - `garbageCollection`: `globalThis.gc`, which Node has with --expose-gc.
 */
export type Need = 'faults' | 'ipv6' | 'linkLocal' | 'descriptorLimit' | 'tcpInfo' | 'garbageCollection';

/** One behaviour that every reactor, on every kernel, has to show. */
export interface ConformanceCase {
  /** A sentence that says the behaviour. */
  readonly name: string;
  /** The rows of the compliance list, and of the list of improvements, that the case shows. */
  readonly cites?: readonly string[];
  /** What it needs of the kernel. */
  readonly needs?: readonly Need[];
  /** The transport case that this one runs on a reactor, if it is such. */
  readonly onTransport?: TransportCase;
  /**
   * Shows the behaviour, or throws. What it opens through the environment is closed for it; what it opens by itself, it closes
   * (or hands to `environment.addCleanup`).
   */
  run(environment: ConformanceEnvironment): Promise<void> | void;
}

/** A theme: cases that stand under one heading. */
export interface ConformanceGroup {
  /** The heading. */
  readonly title: string;
  /** The cases under it. */
  readonly cases: readonly ConformanceCase[];
}
