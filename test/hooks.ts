/**
 * Root hooks: every test ends without descriptors and running timers that it didn't begin with, and without a rejected
 * promise that nobody handles. A test that leaves some fails, even if it had passed.
 *
 * What counts and what doesn't:
 *  - Descriptors are those of the whole process (/proc/self/fd), whoever opened them. One that has taken the place of
 *    another of its kind (a new eventfd for a closed one) isn't left over; one that has taken the place of something
 *    else is.
 *  - Node opens some when they are first needed and keeps them; `beforeAll` makes it do so before anything is counted.
 *  - heddle keeps one for a thread's life, the spare descriptor that ports hold in reserve; it is made there too.
 *  - A reactor has descriptors until it is closed, so who makes one closes it, the default one too.
 *  - Node closes some of its own a few rounds of its loop after they were told to, so a test gets `ROUNDS` of them
 *    (setImmediate, no time). What needs longer has to be awaited by the test.
 *  - mocha loads the tests, and this, by require. What `import()` loads are other instances of the same modules, whose
 *    drivers and spare descriptors are not those of the tests.
 *  - tsx tidies its cache when a thread begins, in its own time: what leads there isn't a test's.
 *  - A test that was skipped, or that failed already, isn't asked.
 *  - mocha listens to unhandledRejection, so Node itself does nothing, and mocha only tells other listeners. One that comes
 *    between two tests is held against the next.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync, watch } from 'node:fs';
import { defaultReservation } from '../src/tcp/index.js';
import { installedDrivers } from './libc/each-driver.js';

const OPEN = '/proc/self/fd';
const ROUNDS = 100;
const TSX_CACHE = /\/tsx-\d+(\/|$)/;

let descriptorsBefore: ReadonlyMap<string, string> = new Map();
let timersBefore = 0;
/** Reasons of rejections that nobody handled; a set, for each is told twice, by Node and by mocha. */
const unhandled = new Set<unknown>();

export const mochaHooks: Mocha.RootHookObject = {
  async beforeAll() {
    process.on('unhandledRejection', (reason) => unhandled.add(reason));
    await makeNodeOpenWhatItKeeps();
    makeHeddleOpenWhatItKeeps();
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
    unhandled.clear();
  },

  afterAll() {
    for (const reason of unhandled) throw reason;
  },
};

/** The open descriptors by number, and what each leads to. The one that the listing itself takes isn't among them. */
function descriptors(): ReadonlyMap<string, string> {
  const open = new Map<string, string>();
  for (const fd of readdirSync(OPEN)) {
    try {
      const target = readlinkSync(`${OPEN}/${fd}`);
      if (!TSX_CACHE.test(target)) open.set(fd, target);
    } catch {
      // It was the listing's own, which is closed by now.
    }
  }
  return open;
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

/** `31 -> socket:[4711]` for each descriptor that has come and hasn't replaced another that leads to the same. */
function newDescriptors(): string[] {
  const now = descriptors();
  const gone = [...descriptorsBefore]
    .filter(([fd, target]) => now.get(fd) !== target)
    .map(([, target]) => target);
  const come = [...now].filter(([fd, target]) => descriptorsBefore.get(fd) !== target);
  return come.filter(([, target]) => !takeOne(gone, target)).map(([fd, target]) => `${fd} -> ${target}`);
}

function takeOne(list: string[], wanted: string): boolean {
  const at = list.indexOf(wanted);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

function isLeft(timersOfMocha: number): boolean {
  return unhandled.size > 0 || newDescriptors().length > 0 || timers() > timersBefore + timersOfMocha;
}

async function settled(): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!isLeft(1)) return;
  }
}

/** Makes the test fail whose hook this is. (To throw here would end the whole run.) */
function blame(hook: Mocha.Hook, timersLeft: number): void {
  const left = newDescriptors();
  if (timersLeft > 0) left.push(`${timersLeft} timer(s)`);
  for (const reason of unhandled) left.push(`a rejection (${String(reason)})`);
  hook.error(new Error(`The test has left open: ${left.join(', ')}`));
}

/** The first child process and the first fs.watch() leave one descriptor each; found by listing them on Node 20. */
async function makeNodeOpenWhatItKeeps(): Promise<void> {
  await once(spawn(process.execPath, ['--version']), 'close');
  watch('.').close();
}

/** The spare descriptors: one for each driver, since each has its own idea of the kernel. */
function makeHeddleOpenWhatItKeeps(): void {
  for (const { libc } of installedDrivers()) defaultReservation(libc).reserve();
}
