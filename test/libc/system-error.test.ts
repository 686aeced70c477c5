import { expect } from 'chai';
import { SystemError } from '../../src/errors/index.js';
import { checked, errno, systemError } from '../../src/libc/index.js';

describe('systemError()', () => {
  it('names the call, the errno and what it was about', () => {
    const error = systemError(-errno.EADDRINUSE, 'bind', { address: '127.0.0.1', port: 80 });
    expect(error).to.be.instanceOf(SystemError);
    expect(error).to.include({
      syscall: 'bind',
      code: 'EADDRINUSE',
      errno: 98,
      address: '127.0.0.1',
      port: 80,
    });
  });

  it('has the same name for each number as `errno` has', () => {
    for (const [name, number] of Object.entries(errno)) {
      expect(systemError(-number, 'read').code, name).to.be.oneOf([name, `errno ${number}`]);
    }
  });
});

describe('checked()', () => {
  it('hands a result through', () => {
    expect(checked(0, 'bind')).to.equal(0);
    expect(checked(7, 'socket')).to.equal(7);
  });

  it('throws the error of a failed call', () => {
    expect(() => checked(-errno.EBADF, 'listen', { fd: 7 })).to.throw(SystemError, 'listen EBADF');
  });
});
