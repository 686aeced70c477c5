import { expect } from 'chai';
import { EFD_CLOEXEC, EFD_NONBLOCK, getDriver } from '../../src/libc/index.js';
import { FfiNapiFunctions } from '../../src/libc/ffi-napi.js';
import type { ReadableWatch, WatchReadable } from '../../src/libc/foreign-functions.js';
import { KoffiFunctions, loadKoffi, watchWithKoffi } from '../../src/libc/koffi.js';
import { watchWithLibuv } from '../../src/libc/uv-watch.js';
import { DescriptorScope } from './descriptor-scope.js';
import { installedFfiNapi } from './installed-ffi-napi.js';
import { rounds } from './watched-loop.js';

const ONE = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);

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

const koffi = loadKoffi();
const packages = installedFfiNapi();
const throughKoffi = new KoffiFunctions(koffi);
const throughFfiNapi = packages && new FfiNapiFunctions(packages);

describeWatch('of libuv, through koffi', () => watchWithLibuv(throughKoffi));
describeWatch('of koffi, as workers have it', () => watchWithKoffi(koffi));
if (throughFfiNapi !== undefined) {
  describeWatch('of libuv, through ffi-napi', () => watchWithLibuv(throughFfiNapi));
}

describe('wordsAt()', () => {
  for (const ffi of [throughKoffi, throughFfiNapi]) {
    if (ffi === undefined) continue;
    it(`of ${ffi.name} is the memory itself, not a copy`, () => {
      const words = new Int32Array([1, -2, 3]);
      const view = ffi.wordsAt(ffi.addressOf(words), 2);
      words[0] = 7;
      view[1] = 2 ** 31 - 1;
      expect([...view]).to.deep.equal([7, 2 ** 31 - 1]);
      expect([...words]).to.deep.equal([7, 2 ** 31 - 1, 3]);
    });
  }
  if (throughFfiNapi === undefined)
    it('of ffi-napi, and its watch, have to wait for ffi-napi to be installed');
});

describe('watchWithLibuv()', () => {
  it('throws for a program that lacks what libuv is to call, and not when it is called', () => {
    const lacking = Object.assign(Object.create(throughKoffi) as KoffiFunctions, {
      bind: () => () => 0,
      addressOf: () => 4096,
    });
    expect(() => watchWithLibuv(lacking)).to.throw(Error, 'no function uv_handle_set_data');
  });
});
