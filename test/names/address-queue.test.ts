import { expect } from 'chai';
import fc from 'fast-check';
import { IPv4Address, IPv6Address } from '../../src/address/index.js';
import { AddressQueue, familyOf } from '../../src/names/address-queue.js';

const ipv4 = (n: number): IPv4Address => new IPv4Address('TCP', `10.0.0.${n}`, 80);
const ipv6 = (n: number): IPv6Address => new IPv6Address('TCP', `fd00::${n.toString(16)}`, 80);

/** What is given out until there is no more. */
function drain(queue: AddressQueue): string[] {
  const hosts: string[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) hosts.push(next.host);
  return hosts;
}

describe('AddressQueue', () => {
  it('lets the families take turns, IPv6 first, each in the order of adding', () => {
    const queue = new AddressQueue();
    for (const address of [ipv4(1), ipv4(2), ipv6(1), ipv6(2), ipv6(3), ipv6(4)]) queue.add(address);
    expect(drain(queue)).to.deep.equal(['fd00::1', '10.0.0.1', 'fd00::2', '10.0.0.2', 'fd00::3', 'fd00::4']);
  });

  it('gives the turn to the family that was not served last, also when it comes later', () => {
    const queue = new AddressQueue();
    queue.add(ipv4(1));
    queue.add(ipv4(2));
    expect(queue.next()?.host).to.equal('10.0.0.1');
    queue.add(ipv6(1));
    expect(drain(queue)).to.deep.equal(['fd00::1', '10.0.0.2']);
  });

  it('gives an address out once, however often it is added', () => {
    const queue = new AddressQueue();
    expect(queue.add(ipv4(1))).to.equal(true);
    expect(queue.add(ipv4(1))).to.equal(false);
    expect(drain(queue)).to.deep.equal(['10.0.0.1']);
    expect(queue.add(ipv4(1))).to.equal(false);
    expect(queue.empty).to.equal(true);
  });

  it('gives everything out, and no family twice in a row while the other has something', () => {
    const address = fc.oneof(fc.nat(20).map(ipv4), fc.nat(20).map(ipv6));
    fc.assert(
      fc.property(fc.array(address), (addresses) => {
        const queue = new AddressQueue();
        for (const each of addresses) queue.add(each);
        const wanted = new Set(addresses.map(({ host }) => host));
        const given = drain(queue);
        expect(new Set(given)).to.deep.equal(wanted);
        expect(given).to.have.length(wanted.size);
        const families = given.map((host) => (host.includes(':') ? 6 : 4));
        const paired =
          2 * Math.min(families.filter((f) => f === 6).length, families.filter((f) => f === 4).length);
        expect(families.slice(0, paired)).to.deep.equal(
          families.slice(0, paired).map((_, i) => (i % 2 === 0 ? 6 : 4)),
        );
      }),
    );
  });

  it('`familyOf()` tells the families apart', () => {
    expect(familyOf(ipv4(1))).to.equal(4);
    expect(familyOf(ipv6(1))).to.equal(6);
  });
});
