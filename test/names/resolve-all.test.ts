import { expect } from 'chai';
import { IPv4Address, IPv6Address } from '../../src/address/index.js';
import { CancelledError, type Deferred, Failure } from '../../src/defer/index.js';
import { DNSLookupError } from '../../src/errors/index.js';
import { NodeResolver, resolveAll } from '../../src/names/index.js';
import { FakeResolver } from './fake-resolver.js';

const ipv4 = new IPv4Address('TCP', '1.2.3.4', 80);
const ipv6 = new IPv6Address('TCP', '::1', 80);

/** The result of a Deferred that must have fired: a value, or what it failed with. */
function resultOf<T>(deferred: Deferred<T>): unknown {
  let result: unknown = 'not fired';
  deferred.addBoth((outcome) => {
    result = outcome instanceof Failure ? outcome.value : outcome;
  });
  return result;
}

describe('resolveAll()', () => {
  it('gives all addresses in the order of finding, once the look-up is complete', () => {
    const resolver = new FakeResolver();
    const all = resolveAll(resolver, 'example.com', 80, { families: [4, 6] });
    expect(resolver.asked).to.deep.equal({
      hostName: 'example.com',
      portNumber: 80,
      options: { families: [4, 6] },
    });
    resolver.find(ipv4, ipv6);
    expect(all.called).to.equal(false);
    resolver.complete(new DNSLookupError('not all went well'));
    expect(resultOf(all)).to.deep.equal([ipv4, ipv6]);
  });

  it('fails with DNSLookupError if there is no address', () => {
    const resolver = new FakeResolver();
    const all = resolveAll(resolver, 'example.com');
    resolver.complete();
    const error = resultOf(all);
    expect(error).to.be.instanceOf(DNSLookupError);
    expect((error as Error).message).to.equal('DNS lookup failed: example.com has no address.');
  });

  it('fails with the error of the look-up itself if there was one', () => {
    const resolver = new FakeResolver();
    const all = resolveAll(resolver, 'example.com');
    const error = new DNSLookupError('no server');
    resolver.complete(error);
    expect(resultOf(all)).to.equal(error);
  });

  it('fails with what both families have failed with, said once if it is the same', () => {
    const failure = (code: string): DNSLookupError => {
      const cause = Object.assign(new Error(`getaddrinfo ${code} example.com`), { code });
      return new DNSLookupError(cause.message, { cause });
    };
    const messages = [
      [failure('ENOTFOUND'), failure('ENOTFOUND')],
      [failure('ENOTFOUND'), failure('EAI_AGAIN')],
      [new Error('odd'), failure('EAI_AGAIN')],
    ].map((errors) => {
      const resolver = new FakeResolver();
      const all = resolveAll(resolver, 'example.com');
      resolver.complete(...errors);
      return resultOf(all) as DNSLookupError;
    });
    expect(messages.map(({ message, code }) => [message, code])).to.deep.equal([
      ['DNS lookup failed: getaddrinfo ENOTFOUND example.com.', 'ENOTFOUND'],
      [
        'DNS lookup failed: getaddrinfo ENOTFOUND example.com; getaddrinfo EAI_AGAIN example.com.',
        'ENOTFOUND',
      ],
      ['DNS lookup failed: odd; getaddrinfo EAI_AGAIN example.com.', undefined],
    ]);
  });

  it('wraps an error of another kind', () => {
    const resolver = new FakeResolver();
    const all = resolveAll(resolver, 'example.com');
    const cause = new Error('odd');
    resolver.complete(cause);
    expect(resultOf(all)).to.be.instanceOf(DNSLookupError).and.include({ cause });
  });

  it('cancelled, it cancels the look-up and fails with CancelledError', () => {
    const resolver = new FakeResolver();
    const all = resolveAll(resolver, 'example.com');
    resolver.find(ipv4);
    all.cancel();
    expect(resolver.cancelled).to.equal(1);
    expect(resultOf(all)).to.be.instanceOf(CancelledError);
  });

  it('has its answer at once for an address', () => {
    expect(resultOf(resolveAll(new NodeResolver(), '127.0.0.1', 80))).to.deep.equal([
      new IPv4Address('TCP', '127.0.0.1', 80),
    ]);
  });
});
