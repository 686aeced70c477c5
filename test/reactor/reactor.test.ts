import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { IPv4Address, IPv6Address } from '../../src/address/index.js';
import { Deferred, type Failure } from '../../src/defer/index.js';
import { DNSLookupError, ReactorClosedError, ServiceNameUnknownError } from '../../src/errors/index.js';
import { getDriver } from '../../src/libc/index.js';
import { NodeResolver } from '../../src/names/index.js';
import { ClientFactory, ServerFactory } from '../../src/protocols/index.js';
import { Reactor } from '../../src/reactor/index.js';
import { LogCapture } from '../../src/testing/log-capture.js';
import { RecordingDescriptor } from '../../src/testing/conformance/reactor-descriptor.js';
import { FakeResolver } from '../names/fake-resolver.js';
import { FakeDriver } from './fake-driver.js';

describe('Reactor', () => {
  it('is made on the driver that it is given, by itself or by name', () => {
    const driver = getDriver();
    using one = new Reactor({ driver });
    using other = new Reactor({ driver: driver.name });
    expect([one.driver, other.driver]).to.deep.equal([driver, driver]);
    expect(() => new Reactor({ driver: 'nonesuch' })).to.throw(RangeError, 'nonesuch');
  });

  it('refuses bounds that make no sense', () => {
    for (const eventsPerTurn of [0, -1, 1.5, NaN, Infinity]) {
      expect(() => new Reactor({ eventsPerTurn }), String(eventsPerTurn)).to.throw(
        RangeError,
        'eventsPerTurn',
      );
    }
    expect(() => new Reactor({ turnMs: -1 })).to.throw(RangeError, 'turnMs');
    expect(() => new Reactor({ slowTurnMs: NaN })).to.throw(RangeError, 'slowTurnMs');
  });

  it('is closed by `using`', () => {
    let kept: Reactor;
    {
      using reactor = new Reactor();
      kept = reactor;
    }
    expect(kept.closed).to.equal(true);
    expect(() => kept.callLater(0, () => {})).to.throw(ReactorClosedError);
  });

  it('says in a line how it is', () => {
    const driver = new FakeDriver();
    const reactor = new Reactor({ driver });
    expect(String(reactor)).to.equal('<Reactor on fake, not running, descriptors: 0, timers: 0>');
    reactor.callLater(1, () => {});
    reactor.addReader(new RecordingDescriptor(0));
    void reactor.run({ installSignalHandlers: false });
    expect(inspect(reactor)).to.equal('<Reactor on fake, running, descriptors: 1, timers: 1>');
    reactor.close();
    expect(String(reactor)).to.equal('<Reactor on fake, closed, descriptors: 0, timers: 0>');
  });

  it('goes on alone, without `run()`', async () => {
    using reactor = new Reactor();
    await new Promise<void>((resolve) => {
      reactor.callLater(0, resolve);
    });
    expect(reactor.running).to.equal(false);
  });

  it('gives turns a clean async context, whoever asked for them', async () => {
    using reactor = new Reactor();
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    await new Promise<void>((resolve) => {
      storage.run('request', () => {
        reactor.callFromThread(() => seen.push(storage.getStore()));
        reactor.callLater(0, () => {
          seen.push(storage.getStore());
          resolve();
        });
      });
    });
    expect(seen).to.deep.equal([undefined, undefined]);
  });

  it('refuses ports that are none, and services that nobody knows', () => {
    using reactor = new Reactor();
    const factory = new ClientFactory();
    for (const port of [-1, 65_536, 1.5, NaN]) {
      expect(() => reactor.listenTCP(port, new ServerFactory()), String(port)).to.throw(RangeError, 'port');
      expect(() => reactor.connectTCP('127.0.0.1', port, factory), String(port)).to.throw(RangeError, 'port');
    }
    expect(() => reactor.connectTCP('127.0.0.1', 0, factory)).to.throw(RangeError);
    expect(() => reactor.connectTCP('127.0.0.1', 'nonesuch', factory)).to.throw(ServiceNameUnknownError);
  });

  // Twisted: TCPPortTests.test_connectionLostFailed
  it('tells who stops a port what the factory’s end has thrown', async () => {
    using reactor = new Reactor();
    const factory = new ServerFactory();
    const thrown = new Error('thrown by stopFactory');
    factory.stopFactory = () => {
      throw thrown;
    };
    const port = reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
    let reason: unknown;
    await port.stopListening().addErrback((failure) => void (reason = failure.value));
    expect(reason).to.equal(thrown);
  });

  it('logs failures that no errback took', async () => {
    using log = new LogCapture();
    using reactor = new Reactor();
    const failure = new Error('nobody cares');
    (() => new Deferred<void>().errback(failure))();
    while (log.errors.length === 0) {
      globalThis.gc?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(log.flushErrors()[0]?.properties['error']).to.equal(failure);
    expect(reactor.closed).to.equal(false);
  });
});

describe('Reactor.resolve', () => {
  // Twisted: ThreadedResolverTests.test_success
  it('fires with the first address, an IPv4 one if there is one, and leaves no timer', () => {
    const resolver = new FakeResolver();
    using reactor = new Reactor({ resolver });
    const found: string[] = [];
    reactor.resolve('host.example').addCallback((address) => found.push(address));
    expect(resolver.asked?.hostName).to.equal('host.example');
    resolver.find(new IPv6Address('TCP', '2001:db8::1', 0), new IPv4Address('TCP', '192.0.2.1', 0));
    expect(found).to.deep.equal([]);
    resolver.complete();
    expect([found, reactor.getDelayedCalls()]).to.deep.equal([['192.0.2.1'], []]);
  });

  it('fires with an IPv6 address if there is no other', () => {
    const resolver = new FakeResolver();
    using reactor = new Reactor({ resolver });
    const found: string[] = [];
    reactor.resolve('host.example').addCallback((address) => found.push(address));
    resolver.find(new IPv6Address('TCP', '2001:db8::1', 0));
    resolver.complete();
    expect(found).to.deep.equal(['2001:db8::1']);
  });

  // Twisted: ThreadedResolverTests.test_failure
  it('fails with DNSLookupError if the name leads nowhere', () => {
    const resolver = new FakeResolver();
    using reactor = new Reactor({ resolver });
    const failures: Failure[] = [];
    reactor.resolve('host.example').addErrback((failure) => void failures.push(failure));
    resolver.complete(new DNSLookupError('no such host'));
    expect(failures[0]?.value).to.be.instanceOf(DNSLookupError);
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: ThreadedResolverTests.test_resolverGivenStr
  it('asks for names beyond ASCII in their IDNA form, and for the others as they are', () => {
    const asked: string[] = [];
    const resolver = new NodeResolver((hostName, _options, callback) => {
      asked.push(hostName);
      callback(null, []);
    });
    using reactor = new Reactor({ resolver });
    for (const name of ['vääntynyt.example', 'xn--vntynyt-5waa.example', 'plain.example']) {
      reactor.resolve(name).addErrback(() => undefined);
    }
    expect(new Set(asked)).to.deep.equal(new Set(['xn--vntynyt-5waa.example', 'plain.example']));
  });

  it('answers 0.0.0.0 for no name, and asks nobody', () => {
    const resolver = new FakeResolver();
    using reactor = new Reactor({ resolver });
    const found: string[] = [];
    reactor.resolve('').addCallback((address) => found.push(address));
    expect([found, resolver.asked]).to.deep.equal([['0.0.0.0'], undefined]);
  });
});
