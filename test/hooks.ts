/**
 * Root hooks: every test ends with no more open descriptors and no more running timers than it began with. A test
 * that leaves some fails, even if it had passed.
 *
 * What counts and what doesn't:
 *  - Descriptors are those of the whole process (/proc/self/fd), whoever opened them.
 *  - Node opens some when they are first needed and keeps them; `beforeAll` makes it do so before anything is counted.
 *  - heddle keeps some for a thread's life (`keptForLife`); they are made there too.
 *  - Node closes some of its own a few rounds of its loop after they were told to, so a test gets `ROUNDS` of them
 *    (setImmediate, no time). What needs longer has to be awaited by the test.
 *  - A test that was skipped, or that failed already, isn't asked.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync, watch } from 'node:fs';

const OPEN = '/proc/self/fd';
const ROUNDS = 100;

/**
 * What heddle makes once in each thread and keeps: modules and their exports to be called before the first test.
 * A module that isn't there is passed over.
 */
const keptForLife: readonly (readonly [module: string, make: string])[] = [];

let descriptorsBefore: ReadonlyMap<string, string> = new Map();
let timersBefore = 0;

export const mochaHooks: Mocha.RootHookObject = {
  async beforeAll() {
    await makeNodeOpenWhatItKeeps();
    for (const [module, make] of keptForLife) await makeKept(module, make);
  },

  beforeEach() {
    descriptorsBefore = descriptors();
    timersBefore = timers();
  },

  async afterEach(this: Mocha.Context) {
    const { currentTest } = this;
    if (currentTest?.state !== 'passed') return;
    // A promise that a hook returns is watched by a timer of mocha's own, from the first await on.
    if (isLeft(0)) await settled();
    if (isLeft(1)) blame(this.test as Mocha.Hook, timers() - 1 - timersBefore);
  },
};

/** The open descriptors by number, and what each leads to. The one that the listing itself takes isn't among them. */
function descriptors(): ReadonlyMap<string, string> {
  const open = new Map<string, string>();
  for (const fd of readdirSync(OPEN)) {
    try {
      open.set(fd, readlinkSync(`${OPEN}/${fd}`));
    } catch {
      // It was the listing's own, which is closed by now.
    }
  }
  return open;
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

function isLeft(timersOfMocha: number): boolean {
  return descriptors().size > descriptorsBefore.size || timers() > timersBefore + timersOfMocha;
}

async function settled(): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!isLeft(1)) return;
  }
}

/** Makes the test fail whose hook this is. (To throw here would end the whole run.) */
function blame(hook: Mocha.Hook, timersLeft: number): void {
  const left = [...descriptors()]
    .filter(([fd, target]) => descriptorsBefore.get(fd) !== target)
    .map(([fd, target]) => `${fd} -> ${target}`);
  if (timersLeft > 0) left.push(`${timersLeft} timer(s)`);
  hook.error(new Error(`The test has left open: ${left.join(', ')}`));
}

/** The first child process and the first fs.watch() leave one descriptor each; found by listing them on Node 20 to 26. */
async function makeNodeOpenWhatItKeeps(): Promise<void> {
  await once(spawn(process.execPath, ['--version']), 'close');
  watch('.').close();
}

async function makeKept(module: string, make: string): Promise<void> {
  let exports: Record<string, unknown>;
  try {
    exports = (await import(module)) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return;
    throw error;
  }
  await (exports[make] as () => unknown)();
}
