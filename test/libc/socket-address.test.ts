import { expect } from 'chai';
import fc from 'fast-check';
import { AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC, SocketAddress } from '../../src/libc/index.js';

/** The bytes that count, in hexadecimal. */
function hex(address: SocketAddress): string {
  return address.bytes.toString('hex', 0, address.length);
}

describe('SocketAddress', () => {
  it('writes sockaddr_in: the family as the machine has it, port and address in network order', () => {
    const address = new SocketAddress().setIPv4(0x7f000001, 8080);
    expect(hex(address)).to.equal('02001f907f0000010000000000000000');
    expect(address.family).to.equal(AF_INET);
  });

  it('reads back every IPv4 address and port', () => {
    const address = new SocketAddress();
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffff), (ip, port) => {
        address.setIPv4(ip, port);
        expect([address.ipv4, address.port]).to.deep.equal([ip, port]);
      }),
    );
  });

  it('takes an IPv4 address that a bit operation has made negative', () => {
    expect(new SocketAddress().setIPv4(0xc0 << 24, 1).ipv4).to.equal(0xc0000000);
  });

  it('writes sockaddr_in6: flow info in network order, scope id as the machine has it', () => {
    const ip = Buffer.from('fe800000000000000000000000000001', 'hex');
    const address = new SocketAddress().setIPv6(ip, 443, 0x00012345, 3);
    expect(hex(address)).to.equal(`0a0001bb00012345${ip.toString('hex')}03000000`);
    expect(address.family).to.equal(AF_INET6);
  });

  it('reads back every IPv6 address, port, flow info and scope id', () => {
    const address = new SocketAddress();
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(bytes, fc.nat(0xffff), fc.nat(0xffffffff), fc.nat(0xffffffff), (ip, port, flow, scope) => {
        address.setIPv6(ip, port, flow, scope);
        expect(address.ipv6.equals(ip)).to.equal(true);
        expect([address.port, address.flowInfo, address.scopeId]).to.deep.equal([port, flow, scope]);
      }),
    );
  });

  it('hands the IPv6 address out as a copy', () => {
    const address = new SocketAddress().setIPv6(Buffer.alloc(16, 1), 1);
    const kept = address.ipv6;
    address.setIPv6(Buffer.alloc(16, 2), 1);
    expect(kept).to.deep.equal(Buffer.alloc(16, 1));
  });

  it('ends the path of a UNIX address with a NUL that counts', () => {
    const address = new SocketAddress().setUnix(Buffer.from('/run/a'));
    expect(hex(address)).to.equal(`0100${Buffer.from('/run/a\0').toString('hex')}`);
    expect(address.family).to.equal(AF_UNIX);
    expect(address.path.toString()).to.equal('/run/a');
  });

  it('keeps an abstract name whole, NULs and all', () => {
    const name = Buffer.from('\0a\0b');
    const address = new SocketAddress().setUnix(name);
    expect(address.length).to.equal(2 + name.length);
    expect(address.path).to.deep.equal(name);
  });

  it('reads an unnamed UNIX address as an empty path', () => {
    const address = new SocketAddress().setUnix(Buffer.alloc(0));
    expect([address.family, address.length, address.path.length]).to.deep.equal([AF_UNIX, 2, 0]);
  });

  it('is of no family when the kernel has given nothing', () => {
    const address = new SocketAddress();
    expect([address.family, address.length, address.path.length]).to.deep.equal([AF_UNSPEC, 0, 0]);
  });

  it('ends a path at its NUL where the kernel counts bytes beyond it', () => {
    const address = new SocketAddress().setUnix(Buffer.from('/a'));
    address.length = 110;
    expect(address.path.toString()).to.equal('/a');
  });

  it('leaves nothing of a longer path behind a shorter one', () => {
    const address = new SocketAddress().setUnix(Buffer.alloc(100, 'x')).setUnix(Buffer.from('/b'));
    address.length = 110;
    expect(address.path.toString()).to.equal('/b');
  });

  it('takes paths of 107 bytes and abstract names of 108, and no longer ones', () => {
    const address = new SocketAddress();
    expect(address.setUnix(Buffer.alloc(107, 'x')).length).to.equal(110);
    expect(address.setUnix(Buffer.alloc(108)).length).to.equal(110);
    expect(() => address.setUnix(Buffer.alloc(108, 'x'))).to.throw(RangeError, 'longer than 107 bytes');
    expect(() => address.setUnix(Buffer.alloc(109))).to.throw(RangeError);
  });

  it('`reset()` gives the kernel room for any address', () => {
    expect(new SocketAddress().setIPv4(1, 1).reset().length).to.equal(SocketAddress.CAPACITY);
  });
});
