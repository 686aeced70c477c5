import { expect } from 'chai';
import { IPv4Address, IPv6Address } from '../../src/address/index.js';
import { InvalidAddressError, SystemError, UnsupportedAddressFamily } from '../../src/errors/index.js';
import type { IInternetAddress } from '../../src/interfaces/index.js';
import { AF_INET, AF_INET6, type Libc, SocketAddress, errno } from '../../src/libc/index.js';
import {
  familyOf,
  isWildcard,
  localAddress,
  readAddress,
  remoteAddress,
  writeAddress,
} from '../../src/tcp/socket-addresses.js';

describe('Socket addresses', () => {
  for (const address of [
    new IPv4Address('TCP', '127.0.0.1', 80),
    new IPv4Address('TCP', '255.255.255.255', 65_535),
    new IPv6Address('TCP', '::1', 80),
    new IPv6Address('TCP', '2001:db8::a', 1, 7),
  ]) {
    it(`of ${address.host} come back as they were written`, () => {
      const written = writeAddress(address, new SocketAddress());

      expect(readAddress(written).equals(address)).to.equal(true);
      expect(familyOf(address)).to.equal(address instanceof IPv6Address ? AF_INET6 : AF_INET);
    });
  }

  it('of other families are refused, as are hosts that are none', () => {
    const unix = new SocketAddress().setUnix(Buffer.from('/tmp/x'));
    expect(() => readAddress(unix)).to.throw(UnsupportedAddressFamily);
    const nonsense = { host: 'nonsense', port: 1 } as IInternetAddress;

    expect(() => writeAddress(nonsense, new SocketAddress())).to.throw(InvalidAddressError);
  });

  it('that mean all of the machine are known', () => {
    expect(isWildcard(new IPv4Address('TCP', '0.0.0.0', 80))).to.equal(true);
    expect(isWildcard(new IPv6Address('TCP', '::', 80))).to.equal(true);
    expect(isWildcard(new IPv4Address('TCP', '127.0.0.1', 80))).to.equal(false);
  });

  it('of a socket are asked of the kernel, whose refusal is a SystemError', () => {
    const refuses = {
      getsockname: () => -errno.EBADF,
      getpeername: () => -errno.ENOTCONN,
    } as unknown as Libc;

    expect(() => localAddress(refuses, 3)).to.throw(SystemError, 'getsockname');
    expect(() => remoteAddress(refuses, 3)).to.throw(SystemError, 'getpeername');
  });
});
