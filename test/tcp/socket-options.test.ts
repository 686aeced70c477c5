import { expect } from 'chai';
import { SystemError } from '../../src/errors/index.js';
import { type ErrnoName, type Libc, errno } from '../../src/libc/index.js';
import { getIntegerOption, resetOnClose, setKeepAlive, setOption } from '../../src/tcp/socket-options.js';

/** Options as the kernel keeps them, and a record of how they were set. */
class FakeSocket {
  readonly set: (readonly [level: number, name: number, bytes: string])[] = [];
  value = Buffer.alloc(4);
  trouble: ErrnoName | undefined;

  readonly libc = {
    getsockopt: (_fd: number, _level: number, _name: number, value: Uint8Array): number => {
      if (this.trouble !== undefined) return -errno[this.trouble];
      value.set(this.value);
      return this.value.length;
    },
    setsockopt: (_fd: number, level: number, name: number, value: Uint8Array): number => {
      this.set.push([level, name, Buffer.from(value).toString('hex')]);
      return this.trouble === undefined ? 0 : -errno[this.trouble];
    },
  } as unknown as Libc;
}

describe('getIntegerOption()', () => {
  it('reads four bytes with a sign, and the few options that are one byte', () => {
    const socket = new FakeSocket();
    socket.value = Buffer.from([0xfe, 0xff, 0xff, 0xff]);
    expect(getIntegerOption(socket.libc, 3, 1, 2)).to.equal(-2);
    socket.value = Buffer.from([7]);

    expect(getIntegerOption(socket.libc, 3, 1, 2)).to.equal(7);
  });

  it('throws a SystemError that names the call', () => {
    const socket = new FakeSocket();
    socket.trouble = 'ENOPROTOOPT';

    expect(() => getIntegerOption(socket.libc, 3, 1, 2))
      .to.throw(SystemError)
      .and.to.include({ code: 'ENOPROTOOPT', syscall: 'getsockopt', fd: 3 });
  });
});

describe('setOption()', () => {
  it('writes numbers as four bytes, and bytes as they are', () => {
    const socket = new FakeSocket();
    setOption(socket.libc, 3, 6, 1, 258);
    setOption(socket.libc, 3, 6, 13, Buffer.from('cubic'));

    expect(socket.set).to.deep.equal([
      [6, 1, '02010000'],
      [6, 13, Buffer.from('cubic').toString('hex')],
    ]);
  });

  it('throws a SystemError that names the call, and a RangeError for a number that is too big', () => {
    const socket = new FakeSocket();
    expect(() => setOption(socket.libc, 3, 6, 1, 2 ** 31)).to.throw(RangeError);
    socket.trouble = 'EINVAL';

    expect(() => setOption(socket.libc, 3, 6, 1, 1))
      .to.throw(SystemError)
      .and.to.include({ code: 'EINVAL', syscall: 'setsockopt', fd: 3 });
  });
});

describe('setKeepAlive()', () => {
  // Beyond Twisted: C7
  it('sets the times first, rounded up to seconds, and leaves alone what is left out', () => {
    const socket = new FakeSocket();
    setKeepAlive(socket.libc, 3, true, { idleMs: 1001, intervalMs: 1, count: 5 });
    setKeepAlive(socket.libc, 3, false);

    expect(socket.set).to.deep.equal([
      [6, 4, '02000000'],
      [6, 5, '01000000'],
      [6, 6, '05000000'],
      [1, 9, '01000000'],
      [1, 9, '00000000'],
    ]);
  });
});

describe('resetOnClose()', () => {
  it('is a linger of no time, and no matter if the kernel refuses', () => {
    const socket = new FakeSocket();
    socket.trouble = 'EINVAL';
    resetOnClose(socket.libc, 3);

    expect(socket.set).to.deep.equal([[1, 13, '0100000000000000']]);
  });
});
