import { inspect } from 'node:util';
import { expect } from 'chai';
import { SystemError } from '../../src/errors/index.js';

describe('SystemError', () => {
  it('names the call, the errno, its meaning and the address', () => {
    const error = new SystemError('accept4', 24, { address: '127.0.0.1', port: 80 });
    expect(error.message).to.equal('accept4 EMFILE: too many open files (127.0.0.1:80)');
    expect(error).to.include({
      code: 'EMFILE',
      errno: 24,
      syscall: 'accept4',
      address: '127.0.0.1',
      port: 80,
    });
  });

  it('puts the detail behind the meaning', () => {
    const error = new SystemError('socket', 24, { detail: '64 of 64 descriptors in use' });
    expect(error.message).to.equal('socket EMFILE: too many open files, 64 of 64 descriptors in use');
  });

  it('writes an IPv6 address in brackets before its port', () => {
    expect(new SystemError('bind', 98, { address: '::1', port: 80 }).message).to.match(/ \(\[::1\]:80\)$/);
  });

  it('shows an address without a port as it is', () => {
    expect(new SystemError('bind', 98, { address: '/run/x.sock' }).message).to.match(/ \(\/run\/x\.sock\)$/);
  });

  it('shows the descriptor where there is no address', () => {
    const error = new SystemError('recv', 104, { fd: 7 });
    expect(error.message).to.match(/^recv ECONNRESET: .* \(fd 7\)$/);
    expect(error.fd).to.equal(7);
  });

  it('has no property for what is not known', () => {
    expect(Object.keys(new SystemError('recv', 104))).to.have.members(['code', 'errno', 'syscall']);
  });

  it('keeps its cause, and has none if none is given', () => {
    const cause = new Error('why');
    expect(new SystemError('recv', 104, { cause }).cause).to.equal(cause);
    expect(new SystemError('recv', 104)).not.to.have.property('cause');
  });

  const names: readonly (readonly [number, string])[] = [
    [11, 'EAGAIN'],
    [95, 'EOPNOTSUPP'],
    [102, 'ENETRESET'],
    [115, 'EINPROGRESS'],
    [74, 'EBADMSG'],
    [4711, 'errno 4711'],
  ];
  for (const [errno, code] of names) {
    it(`calls ${errno} ${code}`, () => {
      const error = new SystemError('connect', errno);
      expect(error.code).to.equal(code);
      expect(error.message).to.match(new RegExp(`^connect ${code}(: |$)`));
    });
  }

  it('shows its name and message at the head of its stack', () => {
    expect(inspect(new SystemError('listen', 98))).to.match(
      /^SystemError: listen EADDRINUSE: address already in use\n/,
    );
  });
});
