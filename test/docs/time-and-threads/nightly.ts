import { DeferredFilesystemLock, SystemExit, react } from '../../../src/index.js';
import { TimeoutError as GivenUp } from '../../../src/defer/index.js';

/** A program that must not run twice at a time: `node nightly.js /run/nightly.lock`. */
export function nightly(argv: readonly [lockFile: string], work: () => Promise<void>): Promise<void> {
  return react(async (reactor, lockFile) => {
    using lock = new DeferredFilesystemLock(lockFile, { clock: reactor });
    try {
      await lock.deferUntilLocked({ timeout: 5 });
    } catch (error) {
      if (error instanceof GivenUp) throw new SystemExit(75);
      throw error;
    }
    if (!lock.clean) console.log('The last run has died');
    await work();
  }, argv);
}
