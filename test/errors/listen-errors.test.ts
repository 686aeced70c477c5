import { expect } from 'chai';
import {
  BindError,
  CannotListenError,
  SystemError,
  UnsupportedAddressFamily,
  UnsupportedSocketType,
} from '../../src/errors/index.js';

describe('CannotListenError', () => {
  // Twisted: StringificationTests.testThemAll
  it('names the interface, the port and what failed', () => {
    expect(new CannotListenError('eth0', 4242, new Error('Foo')).message).to.equal(
      "Couldn't listen on eth0:4242: Foo.",
    );
    expect(new CannotListenError('', 80, new Error('Foo')).message).to.equal(
      "Couldn't listen on any:80: Foo.",
    );
    expect(new CannotListenError('::1', 80, new Error('Foo')).message).to.equal(
      "Couldn't listen on [::1]:80: Foo.",
    );
  });

  it('keeps what it was made of, and is a BindError', () => {
    const socketError = new SystemError('bind', 98, { address: '127.0.0.1', port: 80 });
    const error = new CannotListenError('127.0.0.1', 80, socketError);
    expect(error).to.be.instanceOf(BindError);
    expect(error).to.include({
      interface: '127.0.0.1',
      port: 80,
      socketError,
      cause: socketError,
      code: 'EADDRINUSE',
    });
  });

  it('has no code if no call failed', () => {
    expect(new CannotListenError('', 80, new Error('Foo')).code).to.equal(undefined);
  });

  // Beyond Twisted (E6): running out of descriptors is named, with the numbers.
  it('names EMFILE and how many descriptors are in use', () => {
    const socketError = new SystemError('socket', 24, { detail: '64 of 64 descriptors in use' });
    expect(new CannotListenError('', 0, socketError).message).to.equal(
      "Couldn't listen on any:0: socket EMFILE: too many open files, 64 of 64 descriptors in use.",
    );
  });
});

describe('errors of adopting a socket', () => {
  it('name the number that is not supported', () => {
    expect(new UnsupportedAddressFamily(9)).to.include({
      family: 9,
      message: 'Address family 9 is not supported here',
    });
    expect(new UnsupportedSocketType(2)).to.include({
      socketType: 2,
      message: 'Socket type 2 is not supported here',
    });
  });
});
