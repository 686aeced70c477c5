/**
 * A lock between processes, as a file.
 *
 * - It is a symbolic link whose target is the process's number, as Twisted's: symlink(2) either makes it or fails with EEXIST,
 *   and who holds it can be read without opening anything. Nothing is at the target.
 * - A process that dies leaves its lock behind. Whoever finds that there is no process of that number may take it over.
 * - Two who do that at the same time must not take each other's new lock away. So the taking over is guarded by a
 *   second link, `NAME.takeover`: only who has made that removes the old lock, after another look at it.
 * - Numbers mean something only among processes that see each other: those of two containers don't.
 *
 * Twisted: `twisted.python.lockfile.FilesystemLock`.
 */
import { readlinkSync, symlinkSync, unlinkSync } from 'node:fs';

/** A lock that other processes respect, for those who can wait by themselves; see DeferredFilesystemLock. */
export class FilesystemLock implements Disposable {
  /** The path of the link. */
  readonly name: string;
  #locked = false;
  #clean = true;

  constructor(name: string) {
    this.name = name;
  }

  /** Whether this object has the lock. */
  get locked(): boolean {
    return this.#locked;
  }

  /** False if `lock()` has taken over what a dead process had left: what the lock protects may be half done. */
  get clean(): boolean {
    return this.#clean;
  }

  /**
   * Takes the lock if nobody alive has it, and says whether that went well. Doesn't wait. Throws what node:fs throws,
   * e.g. for a folder that can't be written to, and an Error if the path leads to something that is no lock.
   */
  lock(): boolean {
    let clean = true;
    while (!make(this.name)) {
      const holder = holderOf(this.name);
      if (holder !== undefined) {
        if (isAlive(holder) || !removeStale(this.name)) return false;
        clean = false;
      }
    }
    this.#locked = true;
    this.#clean = clean;
    return true;
  }

  /** Gives the lock back. Throws an Error if another process has it, or nobody. */
  unlock(): void {
    const holder = holderOf(this.name);
    if (holder !== process.pid) {
      throw new Error(
        `The lock ${this.name} is held by ${holder === undefined ? 'nobody' : `process ${holder}`}`,
      );
    }
    unlinkSync(this.name);
    this.#locked = false;
  }

  /** Gives the lock back if this object has it. */
  [Symbol.dispose](): void {
    if (this.#locked) this.unlock();
  }
}

/** Whether a process that is alive holds the lock `name`. It may have changed by the time you read this. Twisted: `isLocked`. */
export function isLocked(name: string): boolean {
  const holder = holderOf(name);
  return holder !== undefined && isAlive(holder);
}

/** Makes a link for this process. False if there is one. */
function make(path: string): boolean {
  try {
    symlinkSync(String(process.pid), path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** The process that the link names; undefined if there is no link. */
function holderOf(path: string): number | undefined {
  let target: string;
  try {
    target = readlinkSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  if (/^[1-9]\d*$/.test(target)) return Number(target);
  throw new Error(`${path} is not a lock: it leads to ${target}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Any other answer means that there is such a process: it is another user's.
    return !hasCode(error, 'ESRCH');
  }
}

/** Removes the lock of a dead process. False if somebody else is about to do it. */
function removeStale(path: string): boolean {
  const guard = `${path}.takeover`;
  if (!make(guard)) {
    const holder = holderOf(guard);
    // Who died between two system calls has left the guard, too. The next attempt finds the way free.
    if (holder !== undefined && !isAlive(holder)) remove(guard);
    return false;
  }
  try {
    const holder = holderOf(path);
    if (holder !== undefined && !isAlive(holder)) remove(path);
    return true;
  } finally {
    remove(guard);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
