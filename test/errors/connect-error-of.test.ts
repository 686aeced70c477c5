import { lookup } from 'node:dns/promises';
import { expect } from 'chai';
import {
  ConnectError,
  ConnectionRefusedError,
  DNSLookupError,
  getConnectError,
  NoRouteError,
  SystemError,
  TCPTimedOutError,
  UnknownHostError,
} from '../../src/errors/index.js';

describe('getConnectError()', () => {
  const kinds = [
    [101, NoRouteError],
    [111, ConnectionRefusedError],
    [110, TCPTimedOutError],
    [113, ConnectError],
    [104, ConnectError],
    [99, ConnectError],
  ] as const;

  for (const [errno, Kind] of kinds) {
    const osError = new SystemError('connect', errno);
    it(`makes a ${Kind.name} of ${osError.code}`, () => {
      const error = getConnectError(osError);
      expect(error.constructor).to.equal(Kind);
      expect(error).to.include({ osError, cause: osError, code: osError.code });
    });
  }

  // Twisted: GetConnectErrorTests.test_gaierror. Here `osError` is the error itself and `code` its code.
  it('makes an UnknownHostError of what a look-up fails with', async () => {
    // No name is so long, so nobody is asked.
    const failure: unknown = await lookup('x'.repeat(300)).catch((error: unknown) => error);
    const error = getConnectError(failure);
    expect(error).to.be.instanceOf(UnknownHostError);
    expect(error.osError).to.equal(failure);
    expect(error.code)
      .to.equal((failure as NodeJS.ErrnoException).code)
      .and.be.a('string');
  });

  it('knows a look-up by its code, by its call and by its class', () => {
    for (const osError of [
      Object.assign(new Error('x'), { code: 'ENOTFOUND' }),
      Object.assign(new Error('x'), { code: 'EAI_AGAIN' }),
      Object.assign(new Error('x'), { code: 'EINVAL', syscall: 'getaddrinfo' }),
      new DNSLookupError('x'),
    ]) {
      expect(getConnectError(osError)).to.be.instanceOf(UnknownHostError).and.include({ osError });
    }
  });

  // Twisted: GetConnectErrorTests.test_nonTuple
  it('makes a plain ConnectError without osError of anything else', () => {
    const odd = new Error('odd');
    const error = getConnectError(odd);
    expect(error.constructor).to.equal(ConnectError);
    expect(error).to.include({ osError: null, cause: odd });
    expect(error.message).to.equal('An error occurred while connecting: odd.');
    expect(getConnectError('a word')).to.include({
      osError: null,
      cause: 'a word',
      message: 'An error occurred while connecting: a word.',
    });
  });

  it('gives a ConnectError back as it is', () => {
    const error = new NoRouteError();
    expect(getConnectError(error)).to.equal(error);
  });
});
