import { expect } from 'chai';
import { IPv4Address, IPv6Address } from '../../src/address/index.js';
import { DNSLookupError } from '../../src/errors/index.js';
import type { IInternetAddress } from '../../src/interfaces/address.js';
import type { AddressFamily, IHostResolution, IResolutionReceiver } from '../../src/interfaces/resolver.js';
import { type Lookup, NodeResolver } from '../../src/names/index.js';
import { LogRecording } from '../logger/log-recording.js';

type LookupCallback = Parameters<Lookup>[2];

/** Stands for node:dns: keeps the questions until the test answers them. */
class FakeLookup {
  readonly questions: {
    readonly name: string;
    readonly family: AddressFamily;
    readonly answer: LookupCallback;
  }[] = [];

  readonly lookup: Lookup = (name, { family, all, verbatim }, answer) => {
    expect({ all, verbatim }).to.deep.equal({ all: true, verbatim: true });
    this.questions.push({ name, family, answer });
  };

  found(family: AddressFamily, ...addresses: readonly string[]): void {
    this.#answer(family)(
      null,
      addresses.map((address) => ({ address, family })),
    );
  }

  failed(family: AddressFamily, error: Error): void {
    this.#answer(family)(error, []);
  }

  #answer(family: AddressFamily): LookupCallback {
    return (
      this.questions.find((question) => question.family === family)?.answer ??
      expect.fail(`no question for ${family}`)
    );
  }
}

/** Keeps what it is told, in order. */
class RecordingReceiver implements IResolutionReceiver {
  readonly told: unknown[] = [];
  resolution: IHostResolution | undefined;
  errors: readonly Error[] | undefined;

  resolutionBegan(resolution: IHostResolution): void {
    this.resolution = resolution;
    this.told.push('began');
  }

  addressResolved(address: IInternetAddress): void {
    this.told.push(address.host);
  }

  resolutionComplete(errors?: readonly Error[]): void {
    this.errors = errors;
    this.told.push('complete');
  }
}

describe('NodeResolver', () => {
  let dns: FakeLookup;
  let resolver: NodeResolver;
  let receiver: RecordingReceiver;
  beforeEach(() => {
    dns = new FakeLookup();
    resolver = new NodeResolver(dns.lookup);
    receiver = new RecordingReceiver();
  });

  // Twisted: HostnameResolutionTests.test_resolveOneHost, HostnameResolutionTests.test_resolveBoth
  it('tells of its beginning at once, of addresses as they come, and of the end', () => {
    const resolution = resolver.resolveHostName(receiver, 'sample.example.com');
    expect(receiver.told).to.deep.equal(['began']);
    expect(receiver.resolution).to.equal(resolution);
    expect(resolution.name).to.equal('sample.example.com');
    expect(dns.questions.map(({ name, family }) => [name, family])).to.deep.equal([
      ['sample.example.com', 6],
      ['sample.example.com', 4],
    ]);
    dns.found(4, '4.3.2.1', '4.3.2.2');
    expect(receiver.told).to.deep.equal(['began', '4.3.2.1', '4.3.2.2']);
    dns.found(6, '2001:db8::1');
    expect(receiver.told).to.deep.equal(['began', '4.3.2.1', '4.3.2.2', '2001:db8::1', 'complete']);
    expect(receiver.errors).to.equal(undefined);
  });

  // Twisted: HostnameResolutionTests.test_resolveOneIPv6Host
  it('tells IPv4Address and IPv6Address, with the port', () => {
    const addresses: IInternetAddress[] = [];
    receiver.addressResolved = (address) => void addresses.push(address);
    resolver.resolveHostName(receiver, 'sample.example.com', 443);
    dns.found(4, '4.3.2.1');
    dns.found(6, '::1', 'fe80::1%lo');
    expect(addresses).to.deep.equal([
      new IPv4Address('TCP', '4.3.2.1', 443),
      new IPv6Address('TCP', '::1', 443),
      new IPv6Address('TCP', 'fe80::1%lo', 443, 0, 1),
    ]);
  });

  // Twisted: HostnameResolutionTests.test_resolveOnlyIPv6
  it('asks only for the families that are wanted', () => {
    resolver.resolveHostName(receiver, 'sample.example.com', 0, { families: [6, 6] });
    expect(dns.questions.map(({ family }) => family)).to.deep.equal([6]);
    dns.found(6, '::1');
    expect(receiver.told).to.deep.equal(['began', '::1', 'complete']);
  });

  it('finds nothing where no family is wanted', () => {
    resolver.resolveHostName(receiver, 'sample.example.com', 0, { families: [] });
    expect(receiver.told).to.deep.equal(['began', 'complete']);
    expect(dns.questions).to.deep.equal([]);
  });

  it('tells what the families have failed with as DNSLookupErrors', () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND sample'), { code: 'ENOTFOUND' });
    resolver.resolveHostName(receiver, 'sample');
    dns.failed(6, error);
    expect(receiver.told).to.deep.equal(['began']);
    dns.failed(4, error);
    expect(receiver.told).to.deep.equal(['began', 'complete']);
    expect(receiver.errors).to.have.length(2);
    for (const told of receiver.errors ?? []) {
      expect(told).to.be.instanceOf(DNSLookupError).and.include({ cause: error, code: 'ENOTFOUND' });
    }
  });

  it('tells the addresses of one family though the other has failed', () => {
    resolver.resolveHostName(receiver, 'sample');
    dns.found(4, '4.3.2.1');
    dns.failed(6, new Error('getaddrinfo ENOTFOUND sample'));
    expect(receiver.told).to.deep.equal(['began', '4.3.2.1', 'complete']);
    expect(receiver.errors).to.have.length(1);
  });

  it('passes over an address that it cannot make sense of', () => {
    resolver.resolveHostName(receiver, 'sample', 0, { families: [6] });
    dns.found(6, 'fe80::1%none0', '::1');
    expect(receiver.told).to.deep.equal(['began', '::1', 'complete']);
  });

  for (const [literal, host] of [
    ['127.0.0.1', '127.0.0.1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['fe80::1%lo', 'fe80::1%lo'],
  ] as const) {
    it(`never looks ${literal} up, and tells it at once`, () => {
      resolver.resolveHostName(receiver, literal, 80);
      expect(receiver.told).to.deep.equal(['began', host, 'complete']);
      expect(receiver.errors).to.equal(undefined);
      expect(dns.questions).to.deep.equal([]);
    });
  }

  it('finds nothing in an address of a family that is not wanted', () => {
    resolver.resolveHostName(receiver, '127.0.0.1', 80, { families: [6] });
    expect(receiver.told).to.deep.equal(['began', 'complete']);
    expect(receiver.errors?.[0]).to.be.instanceOf(DNSLookupError);
  });

  it('finds nothing in an address whose scope is not there', () => {
    resolver.resolveHostName(receiver, 'fe80::1%none0', 80);
    expect(receiver.told).to.deep.equal(['began', 'complete']);
    expect(receiver.errors?.[0]?.message).to.equal(
      'DNS lookup failed: fe80::1%none0 names an interface that is not there.',
    );
  });

  it('asks for a name beyond ASCII in its IDNA form', () => {
    const resolution = resolver.resolveHostName(receiver, 'B\u00fccher.example');
    expect(dns.questions.map(({ name }) => name)).to.deep.equal([
      'xn--bcher-kva.example',
      'xn--bcher-kva.example',
    ]);
    expect(resolution.name).to.equal('B\u00fccher.example');
  });

  it('asks for a name in ASCII as it is', () => {
    resolver.resolveHostName(receiver, '_service.Example');
    expect(dns.questions.map(({ name }) => name)).to.deep.equal(['_service.Example', '_service.Example']);
  });

  for (const name of ['', 'exa\0mple', '\u00fc\u0000', '\u00fc b']) {
    it(`takes ${JSON.stringify(name)} for no name, and asks nobody`, () => {
      resolver.resolveHostName(receiver, name);
      expect(receiver.told).to.deep.equal(['began', 'complete']);
      expect(receiver.errors?.[0]).to.be.instanceOf(DNSLookupError);
      expect(receiver.errors?.[0]?.message).to.include('is not a host name');
      expect(dns.questions).to.deep.equal([]);
    });
  }

  it('throws for misuse', () => {
    expect(() => resolver.resolveHostName(receiver, 80 as unknown as string)).to.throw(TypeError);
    for (const port of [-1, 65536, 1.5, NaN]) {
      expect(() => resolver.resolveHostName(receiver, 'sample', port), String(port)).to.throw(RangeError);
    }
    expect(receiver.told).to.deep.equal([]);
  });

  it('`cancel()` completes it at once; what comes later is dropped', () => {
    const resolution = resolver.resolveHostName(receiver, 'sample');
    dns.found(4, '4.3.2.1');
    resolution.cancel();
    expect(receiver.told).to.deep.equal(['began', '4.3.2.1', 'complete']);
    resolution.cancel();
    dns.found(6, '::1');
    expect(receiver.told).to.deep.equal(['began', '4.3.2.1', 'complete']);
  });

  it('can be cancelled between two addresses', () => {
    receiver.addressResolved = (address) => {
      receiver.told.push(address.host);
      receiver.resolution?.cancel();
    };
    resolver.resolveHostName(receiver, 'sample');
    dns.found(4, '4.3.2.1', '4.3.2.2');
    expect(receiver.told).to.deep.equal(['began', '4.3.2.1', 'complete']);
  });

  it('`cancel()` after the end does nothing', () => {
    resolver.resolveHostName(receiver, '127.0.0.1').cancel();
    expect(receiver.told).to.deep.equal(['began', '127.0.0.1', 'complete']);
  });

  it('logs what its receiver throws, and tells it the rest', () => {
    using recording = new LogRecording();
    const error = new Error('receiver');
    receiver.addressResolved = () => {
      throw error;
    };
    resolver.resolveHostName(receiver, '127.0.0.1');
    expect(receiver.told).to.deep.equal(['began', 'complete']);
    expect(
      recording.records.map(({ properties }) => [properties['error'], properties['name']]),
    ).to.deep.equal([[error, '127.0.0.1']]);
  });

  it('finds localhost by node:dns', async () => {
    const complete = new Promise<void>((resolve) => {
      receiver.resolutionComplete = () => resolve();
    });
    new NodeResolver().resolveHostName(receiver, 'localhost', 0, { families: [4] });
    await complete;
    expect(receiver.told).to.include('127.0.0.1');
  });
});
