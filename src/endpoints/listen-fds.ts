/**
 * The sockets that systemd has opened for this process (sd_listen_fds(3), systemd.socket(5)): their numbers follow each other from 3
 * on. The environment tells how many there are (`LISTEN_FDS`), for which process they are meant (`LISTEN_PID`), and their
 * names with colons between them (`LISTEN_FDNAMES`).
 *
 * Twisted: `twisted.python.systemd.ListenFDs`.
 */

/** The first number; standard input, output and error come before it. */
const START = 3;

/** No process can have more: /proc/sys/fs/nr_open, unless somebody has raised it. */
const DESCRIPTORS_MAX = 1_048_576;

/** What systemd calls a socket that has no name, and so do we if it told none at all. */
const NAMELESS = 'unknown';

/** Where the sockets are told of. */
export interface ListenFDsSource {
  /** This process's own environment unless it is given. The three variables are deleted from it. */
  readonly environ?: Record<string, string | undefined>;
  /** This process's own id unless it is given. */
  readonly pid?: number;
  /** The number of the first descriptor; 3 unless it is given. */
  readonly start?: number;
}

/** Descriptors that a process was given, and their names. */
export class ListenFDs {
  readonly #descriptors: readonly number[];
  readonly #names: readonly string[];

  /** `names` are those of the descriptors, in the same order; those that are left out are called `unknown`. */
  constructor(descriptors: readonly number[], names: readonly string[] = []) {
    this.#descriptors = [...descriptors];
    this.#names = descriptors.map((_, index) => names[index] ?? NAMELESS);
  }

  /**
   * Those that the environment tells of. None if it tells of none, or of another process's, or if it contradicts itself.
   * The variables are deleted, so that no child takes them for its own and a second call finds none.
   */
  static fromEnvironment(source: ListenFDsSource = {}): ListenFDs {
    const { environ = process.env, pid = process.pid, start = START } = source;
    const { LISTEN_PID: forPid, LISTEN_FDS: count, LISTEN_FDNAMES: joinedNames } = environ;
    for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) Reflect.deleteProperty(environ, name);
    if (wholeNumber(forPid) !== pid) return new ListenFDs([]);
    const length = wholeNumber(count) ?? 0;
    if (start + length > DESCRIPTORS_MAX) return new ListenFDs([]);
    const descriptors = Array.from({ length }, (_, index) => start + index);
    const names = joinedNames?.split(':');
    if (names !== undefined && names.length !== descriptors.length) return new ListenFDs([]);
    return new ListenFDs(descriptors, names);
  }

  /** The descriptors, in their order. */
  inheritedDescriptors(): number[] {
    return [...this.#descriptors];
  }

  /** The descriptors by their names; of those that share a name, the last one. */
  inheritedNamedDescriptors(): Map<string, number> {
    return new Map(this.#names.map((name, index) => [name, this.#descriptors[index] as number]));
  }
}

/** Digits only, and not more than a process can have descriptors or ids. */
function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
