import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UnsupportedPlatformError, getDriver } from '../../src/libc/index.js';
import { describeEachDriver } from './each-driver.js';

/** Runs something while the environment names another driver, or none. */
function withEnvironment<T>(name: string | undefined, act: () => T): T {
  const before = process.env['HEDDLE_FFI'];
  const set = (value: string | undefined): void => {
    if (value === undefined) delete process.env['HEDDLE_FFI'];
    else process.env['HEDDLE_FFI'] = value;
  };
  set(name);
  try {
    return act();
  } finally {
    set(before);
  }
}

/** Runs something as if on another platform. */
function onPlatform<T>(platform: string, act: () => T): T {
  const before = Object.getOwnPropertyDescriptor(process, 'platform')!;
  Object.defineProperty(process, 'platform', { ...before, value: platform });
  try {
    return act();
  } finally {
    Object.defineProperty(process, 'platform', before);
  }
}

describe('getDriver()', () => {
  it('gives koffi unless told otherwise', () => {
    expect(withEnvironment(undefined, () => getDriver()).name).to.equal('koffi');
  });

  it('gives the one that HEDDLE_FFI names', () => {
    expect(withEnvironment('koffi', () => getDriver()).name).to.equal('koffi');
    expect(() => withEnvironment('no-such-driver', () => getDriver())).to.throw(RangeError, 'no-such-driver');
  });

  it('lets an argument go before HEDDLE_FFI', () => {
    expect(withEnvironment('no-such-driver', () => getDriver('koffi')).name).to.equal('koffi');
  });

  it('throws a RangeError for a name that no driver has, and says which there are', () => {
    for (const name of ['simulated', 'toString', '__proto__', '']) {
      expect(() => getDriver(name)).to.throw(RangeError, 'choose koffi or ffi-napi');
    }
  });

  it('throws an UnsupportedPlatformError unless this is Linux', () => {
    const get = (): unknown => onPlatform('darwin', () => getDriver('koffi'));
    expect(get).to.throw(UnsupportedPlatformError, 'heddle runs on Linux only, and this is darwin');
  });

  describe('where no package is installed', () => {
    const source = fileURLToPath(new URL('../../src', import.meta.url));
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    let directory: string;

    // A copy of the sources outside of this project finds none of its packages, and where others lie on the way up
    // from there, packages without a file stand before them.
    before(() => {
      directory = mkdtempSync(join(tmpdir(), 'heddle-'));
      for (const floor of ['errors', 'libc'])
        cpSync(join(source, floor), join(directory, floor), { recursive: true });
      writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
      for (const name of ['koffi', 'ffi-napi', 'ref-napi']) {
        mkdirSync(join(directory, 'node_modules', name), { recursive: true });
        writeFileSync(join(directory, 'node_modules', name, 'package.json'), '{ "main": "none.js" }');
      }
      writeFileSync(
        join(directory, 'get.ts'),
        `import { getDriver } from './libc/index.js';
        for (const name of ['koffi', 'ffi-napi']) {
          try {
            getDriver(name);
          } catch (error) {
            console.log(\`\${error.name}: \${error.message} (\${error.cause.code})\`);
          }
        }`,
      );
    });
    after(() => rmSync(directory, { recursive: true }));

    it('throws a MissingDriverError that says what to install', () => {
      const output = execFileSync(process.execPath, ['--import', loader, join(directory, 'get.ts')]);
      const sentence = (driver: string, command: string): string =>
        `MissingDriverError: The ${driver} driver needs a package that isn't installed: ` +
        `run \`npm install ${command}\` (MODULE_NOT_FOUND)\n`;
      expect(output.toString()).to.equal(
        sentence('koffi', 'koffi') +
          sentence('ffi-napi', 'ffi-napi@npm:@2060.io/ffi-napi ref-napi@npm:@2060.io/ref-napi'),
      );
    });
  });
});

describeEachDriver('a driver', (driver) => {
  it('bears the name of its FFI package, and so does its libc', () => {
    expect(driver.libc.name).to.equal(driver.name);
  });

  it('is made once in a thread', () => {
    expect(getDriver(driver.name)).to.equal(driver);
  });

  it('gives each reactor a host loop of its own', () => {
    const loops = [driver.createHostLoop(), driver.createHostLoop()];
    expect(loops[0]).not.to.equal(loops[1]);
    for (const loop of loops) loop.close();
  });
});
