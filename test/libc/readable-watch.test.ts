import { expect } from 'chai';
import { EFD_CLOEXEC, EFD_NONBLOCK, MissingDriverError, getDriver } from '../../src/libc/index.js';
import { FfiNapiFunctions, loadFfiNapi } from '../../src/libc/ffi-napi.js';
import type { ForeignFunctions, ReadableWatch, WatchReadable } from '../../src/libc/foreign-functions.js';
import { KoffiFunctions, loadKoffi, watchWithKoffi } from '../../src/libc/koffi.js';
import { watchWithLibuv } from '../../src/libc/uv-watch.js';
import { DescriptorScope } from './descriptor-scope.js';
import { rounds } from './watched-loop.js';

const ONE = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);

function loaded<T>(load: () => T): T | undefined {
  try {
    return load();
  } catch (error) {
    if (error instanceof MissingDriverError) return undefined;
    throw error;
  }
}

function ffiNapi(): ForeignFunctions | undefined {
  const packages = loaded(loadFfiNapi);
  return packages && new FfiNapiFunctions(packages);
}

function describeWatch(title: string, make: () => WatchReadable): void {
  describe(`A watch ${title}`, () => {
    const { libc } = getDriver();
    const scope = new DescriptorScope(libc);
    let event: number;
    let watch: ReadableWatch;
    beforeEach(() => {
      event = scope.keep(libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
      watch = make()(event);
    });
    afterEach(() => {
      watch.close();
      scope.closeAll();
    });
    const raise = (): void => void libc.write(event, ONE, 0, 8);

    it('tells, once, that the descriptor was readable in a round of the loop', async () => {
      await rounds(2);
      expect(watch.takeReadiness()).to.equal(false);
      raise();
      expect(watch.takeReadiness()).to.equal(false);
      await rounds(2);
      expect([watch.takeReadiness(), watch.takeReadiness()]).to.deep.equal([true, false]);
    });

    it('tells again after each round in which it still is', async () => {
      raise();
      for (let i = 0; i < 3; i += 1) {
        await rounds(2);
        expect(watch.takeReadiness()).to.equal(true);
      }
      libc.read(event, Buffer.alloc(8), 0, 8);
      await rounds(2);
      expect(watch.takeReadiness()).to.equal(false);
    });

    it('keeps what it has seen though the descriptor is no longer readable', async () => {
      raise();
      await rounds(2);
      libc.read(event, Buffer.alloc(8), 0, 8);
      await rounds(2);
      expect(watch.takeReadiness()).to.equal(true);
    });

    it('has nothing to tell once it is closed, and may be closed again', async () => {
      raise();
      await rounds(2);
      watch.close();
      watch.close();
      watch.ref();
      watch.unref();
      expect(watch.takeReadiness()).to.equal(false);
      await rounds(2);
      expect(watch.takeReadiness()).to.equal(false);
    });
  });
}

describeWatch('of libuv, through koffi', () => watchWithLibuv(new KoffiFunctions(loadKoffi())));
describeWatch('of koffi, as workers have it', () => watchWithKoffi(loadKoffi()));
const throughFfiNapi = ffiNapi();
if (throughFfiNapi === undefined)
  it('A watch of libuv, through ffi-napi, has to wait for it to be installed');
else describeWatch('of libuv, through ffi-napi', () => watchWithLibuv(throughFfiNapi));

for (const ffi of [new KoffiFunctions(loadKoffi()), throughFfiNapi]) {
  if (ffi === undefined) continue;
  it(`wordsAt() of ${ffi.name} is the memory itself, not a copy`, () => {
    const words = new Int32Array([1, -2, 3]);
    const view = ffi.wordsAt(ffi.addressOf(words), 2);
    words[0] = 7;
    view[1] = 2 ** 31 - 1;
    expect([...view]).to.deep.equal([7, 2 ** 31 - 1]);
    expect([...words]).to.deep.equal([7, 2 ** 31 - 1, 3]);
  });
}
