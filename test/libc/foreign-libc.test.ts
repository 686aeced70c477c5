import { expect } from 'chai';
import { type ErrnoName, errno } from '../../src/libc/index.js';
import type { ForeignFunctions } from '../../src/libc/foreign-functions.js';
import { ForeignLibc } from '../../src/libc/foreign-libc.js';

/** An FFI package whose every function fails with one errno, and a list of the functions called. */
class FailingFunctions implements ForeignFunctions {
  readonly name = 'failing';
  readonly called: string[] = [];
  readonly #errno: ErrnoName;

  constructor(name: ErrnoName) {
    this.#errno = name;
  }

  bind(name: string): () => number {
    return () => {
      this.called.push(name);
      return -1;
    };
  }

  errno(): number {
    return errno[this.#errno];
  }

  addressOf(): number {
    return 4096;
  }

  wordsAt(_address: number, count: number): Int32Array {
    return new Int32Array(count);
  }
}

describe('ForeignLibc, `close()`', () => {
  for (const name of ['EINTR', 'EIO'] as const) {
    it(`calls the kernel once though it says ${name}: the number is free then, and may be somebody else’s`, () => {
      const functions = new FailingFunctions(name);
      const libc = new ForeignLibc(functions);
      let freed = 0;
      libc.descriptors.onceClosed(() => (freed += 1));

      expect(libc.close(7)).to.equal(-errno[name]);
      expect(functions.called).to.deep.equal(['close']);
      expect(freed).to.equal(1);
    });
  }

  it('that says EBADF has freed nothing', () => {
    const functions = new FailingFunctions('EBADF');
    const libc = new ForeignLibc(functions);
    let freed = 0;
    libc.descriptors.onceClosed(() => (freed += 1));

    expect(libc.close(7)).to.equal(-errno.EBADF);
    expect(functions.called).to.deep.equal(['close']);
    expect(freed).to.equal(0);
  });
});
