import { expect } from 'chai';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ForeignProgram } from '../../src/libc/ffi-napi-program.js';
import { installedFfiNapi } from './installed-ffi-napi.js';

describe('loadFfiNapi()', () => {
  it('refuses in a worker thread, in one sentence, whether or not the packages are installed', async () => {
    const tested = new URL('../../src/libc/ffi-napi.ts', import.meta.url).href;
    const worker = new Worker(
      `import('tsx/esm/api')
        .then(({ register }) => { register(); return import(${JSON.stringify(tested)}); })
        .then(({ loadFfiNapi }) => loadFfiNapi())
        .catch(({ name, message }) => require('node:worker_threads').parentPort.postMessage({ name, message }));`,
      { eval: true },
    );
    const ended = once(worker, 'exit');
    const [refusal] = (await once(worker, 'message')) as [{ name: string; message: string }];
    await ended;
    expect(refusal.name).to.equal('UnsupportedPlatformError');
    expect(refusal.message).to.match(
      /^The ffi-napi driver works in the main thread only, .*: use koffi in a worker$/,
    );
  });
});

describe('ForeignProgram', () => {
  const packages = installedFfiNapi();
  if (packages === undefined) {
    it('has to wait for ffi-napi to be installed');
    return;
  }
  const program = new ForeignProgram(packages);

  it('passes words and answers of 64 bits, negative ones too', () => {
    const labs = program.word('labs', ['word']);
    for (const number of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 47 - 1, 2 ** 53 - 1]) {
      expect(labs(number), `${number}`).to.equal(number);
      expect(labs(-number), `${-number}`).to.equal(number);
    }
  });

  it('passes ints with their sign, and answers them with it', () => {
    const abs = program.int('abs', ['int']);
    expect([abs(-7), abs(7), abs(2 ** 31 - 1)]).to.deep.equal([7, 7, 2 ** 31 - 1]);
    expect(program.int('toupper', ['int'])(-1)).to.equal(-1);
  });

  it('keeps the arguments of its functions apart', () => {
    const [abs, labs] = [program.int('abs', ['int']), program.word('labs', ['word'])];
    expect([abs(-1), labs(-(2 ** 40)), abs(-2), labs(-3)]).to.deep.equal([1, 2 ** 40, 2, 3]);
  });

  it('knows where the bytes of any view lie', () => {
    const memory = new ArrayBuffer(64);
    const start = program.addressOf(new Uint8Array(memory));
    expect(program.addressOf(new Uint8Array(memory, 5))).to.equal(start + 5);
    expect(program.addressOf(Buffer.from(memory, 6))).to.equal(start + 6);
    expect(program.addressOf(new Int32Array(memory, 8))).to.equal(start + 8);
    expect(program.addressOf(new DataView(memory, 9))).to.equal(start + 9);
  });

  it('throws for a function that the program lacks', () => {
    expect(() => program.int('no_such_function_of_libc', [])).to.throw('no_such_function_of_libc');
  });
});
