import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

interface Report {
  readonly tests: readonly { readonly title: string; readonly err: { readonly message?: string } }[];
}

/** Runs the tests of leaving-tests.ts under the hooks, in a process of their own. */
async function report(): Promise<Report> {
  const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
  const options = [
    '--no-config',
    '--node-option',
    'import=tsx',
    '--extension',
    'ts',
    '--reporter',
    'json',
    '--exit',
  ];
  const args = [mocha, ...options, '--require', here('./hooks.ts'), here('./leaving-tests.ts')];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, (_failed, stdout) => resolve(stdout));
  });
  return JSON.parse(output) as Report;
}

describe('the root hooks', () => {
  it('fail each test that leaves a descriptor, a timer or a rejection, name it, and go on with the next', async () => {
    const { tests } = await report();
    const blamed = tests.filter(({ err }) => err.message !== undefined);
    expect(blamed.map(({ title }) => title)).to.deep.equal([
      '/dev/null',
      '1 timer(s)',
      'a rejection (Error: of nobody)',
      'socket:',
    ]);
    for (const { title, err } of blamed) {
      expect(err.message)
        .to.match(/^The test has left open: /)
        .and.include(title);
    }
    expect(new Set(tests.map(({ title }) => title)).size).to.equal(7);
  });
});
