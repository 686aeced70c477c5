import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Clock, FilesystemLock, getReactor } from '../../src/index.js';
import { runProgram } from '../libc/run-program.js';
import { exportRows } from './time-and-threads/export-rows.js';
import { heartbeat } from './time-and-threads/heartbeat.js';
import { nightly } from './time-and-threads/nightly.js';
import { retry } from './time-and-threads/retry.js';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const listings = ['heartbeat', 'retry', 'export-rows', 'nightly', 'primes', 'count-primes'];

describe('docs/time-and-threads.md', () => {
  const shown = [...read('docs/time-and-threads.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(
    ([, text]) => text,
  );

  for (const [index, name] of listings.entries()) {
    it(`shows test/docs/time-and-threads/${name}.ts, which is type-checked and run`, () => {
      const program = read(`test/docs/time-and-threads/${name}.ts`)
        .replace("'../../../src/index.js'", "'heddle'")
        .replace("'../../../src/defer/index.js'", "'heddle/defer'");
      expect(shown[index]).to.equal(program);
    });
  }

  it('shows of this file how a test goes, and nothing else', () => {
    const lines = (shown.at(-1) ?? '').trim().split('\n');
    const own = read('test/docs/time-and-threads.test.ts');
    for (const line of lines) expect(own).to.include(`\n    ${line}\n`);
    expect(shown).to.have.length(listings.length + 1);
  });
});

describe('The listings of docs/time-and-threads.md', () => {
  it('heartbeat: once a minute, and one call for all that was missed', async () => {
    const clock = new Clock();
    const beats: number[] = [];
    const loop = heartbeat(clock, (minutes) => Promise.resolve(void beats.push(minutes)));
    clock.advance(60);
    await Promise.resolve();
    clock.advance(3600);
    expect(beats).to.deep.equal([1, 60]);
    loop.stop();
  });

  it('retry: five attempts, and longer and longer pauses', async () => {
    const clock = new Clock();
    const times: number[] = [];
    const outcome = retry(clock, () => {
      times.push(clock.seconds());
      return times.length < 5 ? Promise.reject(new Error('not yet')) : Promise.resolve('done');
    });
    for (let second = 0; second < 20; second += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1);
    }
    expect(await outcome).to.equal('done');
    expect(times).to.deep.equal([0, 1, 3, 7, 15]);
  });

  it('export-rows: all rows, in order', async () => {
    using reactor = getReactor();
    const lines: string[] = [];
    const rows = [['a', 'b'], ['c'], ['d', 'e']];
    await exportRows(rows, (line) => {
      lines.push(line);
      return lines.length === 2 ? Promise.resolve() : undefined;
    }).whenDone();
    expect(lines).to.deep.equal(['a\tb\n', 'c\n', 'd\te\n']);
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
  });

  it('nightly: does its work with the lock, and gives it back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-nightly-'));
    const lockFile = join(folder, 'lock');
    const before = process.exitCode;
    try {
      let held: boolean | undefined;
      await nightly([lockFile], () => {
        held = !new FilesystemLock(lockFile).lock();
        return Promise.resolve();
      });
      expect([held, new FilesystemLock(lockFile).lock()]).to.deep.equal([true, true]);
      expect(process.exitCode).to.equal(before);
    } finally {
      process.exitCode = before;
      rmSync(folder, { recursive: true });
    }
  });

  it('count-primes: tells how far it is, and the result', async () => {
    const { output, errors, code } = await runProgram('../docs/time-and-threads/count-primes.ts');
    expect([output, errors, code]).to.deep.equal([['25 %', '50 %', '75 %', '78498'], '', 0]);
  });
});
