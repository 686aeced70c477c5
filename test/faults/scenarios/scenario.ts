import type { ITCPPort, ListenTCPOptions } from '../../../src/interfaces/index.js';
import type { World } from '../world.js';

/** Something that a program does with TCP, and the other side of it. Made anew for each run. */
export interface Scenario {
  /** Ports that listen, or have. */
  readonly ports: readonly ITCPPort[];
  /** Begins. What is thrown counts as a failure that the program has been told of. */
  begin(): void;
  /** The other side's part: called before each turn. */
  step(): void;
  /** Whether all has happened that should if nothing goes wrong. */
  done(): boolean;
  /**
   * Whether what the scenario is about has really happened (a producer was paused, descriptors ran out, ...). Asked when it is done, and nothing
   * went wrong.
   */
  happened(): boolean;
  /** Looks at what has come over, once it is over. */
  check(): void;
}

export type MakeScenario = (world: World) => Scenario;

export interface NamedScenario {
  readonly name: string;
  readonly make: MakeScenario;
  /** It makes the reactor itself, in `begin`, so that this may fail as well; for the others there is one. */
  readonly makesReactor?: boolean;
  /** The program gets over everything by itself: once the faults are gone, it is done, whatever they were. */
  readonly recovers?: boolean;
  /** How few bytes each call may move if it is to come to its end in a sensible number of turns; 1 unless it is given. */
  readonly leastBytes?: number;
}

/** Options of every port: what needs the most calls of the kernel. */
export function portOptions({ reservation }: World): ListenTCPOptions {
  return { interface: '0.0.0.0', noDelay: true, reservation, lingerMs: 1000 };
}

/** More than the kernel moves in one call. */
export const LARGE = Buffer.alloc(200_000, 'large transfer ');

/** Cuts it into pieces of a size that makes the queue be sent by sendmsg. */
export function piecesOf(bytes: Buffer): Buffer[] {
  const size = 30_000;
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}
