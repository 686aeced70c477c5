/** Lets the host loop go on, round by round, until a test has what it waits for. */
export interface Drive {
  /**
   * Goes on until `condition` holds; at once if it does. There is no time-out: a condition that never holds is ended by the
   * test runner's own, through the environment's signal.
   */
  (condition: () => boolean): Promise<void>;
  /** Goes on for so many rounds: to show that something doesn't happen, or happens at the end of the turn. */
  turns(count: number): Promise<void>;
  /** Goes on until a Deferred or promise has its result. */
  result<T>(promised: PromiseLike<T>): Promise<T>;
}

/** What a {@link Drive} is made of. */
export interface DriveParts {
  /** Lets the host loop go round once. Throws if it knows that nothing will happen any more. */
  readonly round: () => Promise<void>;
  /** Called before each round: where plain sockets are looked after. */
  readonly beforeRound: () => void;
  /** Aborting it ends all driving with an error that names the condition. */
  readonly signal?: AbortSignal | undefined;
}

/** One round of Node's own loop: its timers and its poll are passed once. */
export function nodeRound(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Makes a {@link Drive}. */
export function makeDrive({ round, beforeRound, signal }: DriveParts): Drive {
  const drive = async (condition: () => boolean): Promise<void> => {
    for (;;) {
      if (signal?.aborted === true) throw new Error(`Was still waiting for: ${condition.toString()}`);
      beforeRound();
      if (condition()) return;
      await round();
    }
  };
  const turns = async (count: number): Promise<void> => {
    let left = count;
    await drive(() => left-- <= 0);
  };
  const result = async <T>(promised: PromiseLike<T>): Promise<T> => {
    let settled = false;
    const settle = (): void => void (settled = true);
    const promise = Promise.resolve(promised);
    promise.then(settle, settle);
    await drive(function resultIsThere() {
      return settled;
    });
    return promise;
  };
  return Object.assign(drive, { turns, result });
}
