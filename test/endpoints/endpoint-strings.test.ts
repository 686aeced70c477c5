import { expect } from 'chai';
import { HostnameAddress, IPv4Address, IPv6Address, UNIXAddress } from '../../src/address/index.js';
import {
  AdoptedStreamServerEndpoint,
  EndpointRegistry,
  EndpointSyntaxError,
  HostnameEndpoint,
  ListenFDs,
  TCP4ClientEndpoint,
  TCP4ServerEndpoint,
  TCP6ClientEndpoint,
  TCP6ServerEndpoint,
  builtInEndpointTypes,
  clientFromString,
  registerEndpoint,
  serverDescription,
  serverFromString,
} from '../../src/endpoints/index.js';
import { adoptingEndpointTypes } from '../../src/endpoints/adopting-endpoint-types.js';
import type { EndpointReactor } from '../../src/endpoints/endpoint-registry.js';
import { AF_INET, AF_INET6 } from '../../src/libc/index.js';
import { Factory } from '../../src/protocols/index.js';
import { resultOf } from '../defer/results.js';
import { FakeReactorTCP } from './fake-reactor-tcp.js';

/** What a description makes a reactor listen at. */
function listens(description: string): unknown[] {
  const reactor = new FakeReactorTCP();
  const endpoint = serverFromString(reactor, description);
  resultOf(endpoint.listen(new Factory()));
  const [made] = reactor.listenings;
  return [endpoint.constructor, made?.port, made?.options];
}

/** What a description makes a reactor connect to. */
function connects(description: string): unknown[] {
  const reactor = new FakeReactorTCP();
  const endpoint = clientFromString(reactor, description);
  void endpoint.connect(new Factory());
  const { host, port, options } = reactor.connector;
  return [endpoint.constructor, host, port, options];
}

describe('serverFromString()', () => {
  // Twisted: ParserTests.test_simpleTCP (whose backlog is 50; here it is left to listenTCP: C11)
  it('takes a port', () => {
    expect(listens('tcp:80')).to.deep.equal([TCP4ServerEndpoint, 80, {}]);
  });

  // Twisted: ParserTests.test_interfaceTCP
  it('takes an interface', () => {
    const expected = [TCP4ServerEndpoint, 80, { interface: '127.0.0.1' }];
    expect(listens('tcp:80:interface=127.0.0.1')).to.deep.equal(expected);
    expect(listens('tcp:80:127.0.0.1')).to.deep.equal(expected);
    expect(listens('tcp:interface=127.0.0.1:port=80')).to.deep.equal(expected);
  });

  // Twisted: ServerStringTests.test_tcp
  it('takes all that tcp: servers can be told', () => {
    expect(listens('tcp:1234:backlog=12:interface=10.0.0.1')).to.deep.equal([
      TCP4ServerEndpoint,
      1234,
      { backlog: 12, interface: '10.0.0.1' },
    ]);
    expect(listens('tcp:0::9')).to.deep.equal([TCP4ServerEndpoint, 0, { backlog: 9 }]);
    expect(listens('tcp:80:interface=:reusePort=yes:noDelay=true:keepAlive=0')).to.deep.equal([
      TCP4ServerEndpoint,
      80,
      { reusePort: true, noDelay: true, keepAlive: false },
    ]);
  });

  // Beyond Twisted (P2)
  it('takes IPv6 addresses, in brackets or with backslashes', () => {
    const expected = [TCP6ServerEndpoint, 80, { interface: '::1' }];
    expect(listens('tcp:80:interface=[::1]')).to.deep.equal(expected);
    expect(listens(String.raw`tcp:80:interface=\:\:1`)).to.deep.equal(expected);
    expect(listens('tcp6:80:interface=[::1]')).to.deep.equal(expected);
    expect(listens('tcp6:80:ipv6Only=true')).to.deep.equal([
      TCP6ServerEndpoint,
      80,
      { interface: '::', ipv6Only: true },
    ]);
  });

  it('takes the address first, as a URL has it', () => {
    expect(listens('tcp:[::1]:80')).to.deep.equal([TCP6ServerEndpoint, 80, { interface: '::1' }]);
    expect(listens('tcp4:127.0.0.1:80:5')).to.deep.equal([
      TCP4ServerEndpoint,
      80,
      { interface: '127.0.0.1', backlog: 5 },
    ]);
  });

  it('takes the name of a service for a port, and the type in any case', () => {
    expect(listens('TCP:http')).to.deep.equal([TCP4ServerEndpoint, 80, {}]);
  });
});

describe('clientFromString()', () => {
  // Twisted: ClientStringTests.test_tcpPositionalArgs
  it('takes host and port by their places, and all else by name', () => {
    expect(connects('tcp:example.com:1234:timeout=7:bindAddress=10.0.0.2')).to.deep.equal([
      HostnameEndpoint,
      'example.com',
      1234,
      { timeout: 7, bindAddress: { host: '10.0.0.2' }, families: [4] },
    ]);
    expect(connects('tcp:host=example.com:port=1234:timeout=7:bindAddress=10.0.0.2')).to.deep.equal(
      connects('tcp:example.com:1234:timeout=7:bindAddress=10.0.0.2'),
    );
  });

  // Twisted: ClientStringTests.test_tcpHostPositionalArg
  it('takes the host by its place and the port by name', () => {
    expect(connects('tcp:example.com:port=1234').slice(1, 3)).to.deep.equal(['example.com', 1234]);
  });

  // Twisted: ClientStringTests.test_tcpPortPositionalArg
  it('takes the port by its place and the host by name', () => {
    expect(connects('tcp:host=example.com:1234').slice(1, 3)).to.deep.equal(['example.com', 1234]);
    expect(connects('tcp:1234:host=example.com').slice(1, 3)).to.deep.equal(['example.com', 1234]);
  });

  // Twisted: ClientStringTests.test_tcpDefaults (the 30 s are those of connectTCP, which is told no other)
  it('leaves the rest to connectTCP()', () => {
    expect(connects('tcp:example.com:1234')).to.deep.equal([HostnameEndpoint, 'example.com', 1234, {}]);
  });

  // Beyond Twisted (P2): both families, and IPv6 literals
  it('takes IPv6 addresses, in brackets or with backslashes', () => {
    expect(connects('tcp:[::1]:80')).to.deep.equal([HostnameEndpoint, '::1', 80, {}]);
    expect(connects(String.raw`tcp:\:\:1:80`)).to.deep.equal([HostnameEndpoint, '::1', 80, {}]);
    expect(connects('tcp:host=[::1]:port=80')).to.deep.equal([HostnameEndpoint, '::1', 80, {}]);
  });

  it('takes one family only for tcp4: and tcp6:', () => {
    expect(connects('tcp4:example.com:80')).to.deep.equal([
      TCP4ClientEndpoint,
      'example.com',
      80,
      { families: [4] },
    ]);
    expect(connects('tcp6:example.com:80')).to.deep.equal([
      TCP6ClientEndpoint,
      'example.com',
      80,
      { families: [6] },
    ]);
  });

  it('takes fractions of seconds, and names of services', () => {
    expect(connects('tcp:example.com:https:timeout=0.5:attemptDelayMs=100')).to.deep.equal([
      HostnameEndpoint,
      'example.com',
      443,
      { timeout: 0.5, attemptDelayMs: 100 },
    ]);
  });
});

describe('systemd: and fd:', () => {
  const registry = new EndpointRegistry(
    adoptingEndpointTypes(() => new ListenFDs([3, 4, 5, 6], ['a', 'b', 'foo', 'd'])),
  );

  function adopts(description: string): unknown[] {
    const adopted: unknown[] = [];
    const reactor = Object.assign(new FakeReactorTCP(), {
      adoptStreamPort: (...args: unknown[]) => adopted.push(...args.slice(0, 2)),
      driver: { libc: { close: () => 0 } },
    });
    const endpoint = registry.serverFromString(reactor as unknown as EndpointReactor, description);
    expect(endpoint).to.be.instanceOf(AdoptedStreamServerEndpoint);
    resultOf(endpoint.listen(new Factory()));
    return adopted;
  }

  // Twisted: SystemdEndpointPluginTests.test_parseIndexStreamServerINET, SystemdEndpointPluginTests.test_parseIndexStreamServerINET6
  it('choose a socket by its index', () => {
    expect(adopts('systemd:domain=INET:index=3')).to.deep.equal([6, AF_INET]);
    expect(adopts('systemd:domain=INET6:index=0')).to.deep.equal([3, AF_INET6]);
  });

  // Twisted: SystemdEndpointPluginTests.test_parseNameStreamServerINET, SystemdEndpointPluginTests.test_parseNameStreamServerINET6
  it('choose a socket by its name', () => {
    expect(adopts('systemd:domain=INET:name=foo')).to.deep.equal([5, AF_INET]);
    expect(adopts('systemd:domain=INET6:name=b')).to.deep.equal([4, AF_INET6]);
  });

  it('choose a descriptor by its number', () => {
    expect(adopts('fd:9:domain=INET')).to.deep.equal([9, AF_INET]);
    expect(adopts('fd:number=9:domain=INET6')).to.deep.equal([9, AF_INET6]);
  });

  it('need a reactor that can adopt', () => {
    expect(() => registry.serverFromString(new FakeReactorTCP(), 'fd:9:domain=INET')).to.throw(
      TypeError,
      'adopt',
    );
  });

  it('ask for the sockets once, and not before they are needed', () => {
    let asked = 0;
    const lazy = new EndpointRegistry(
      adoptingEndpointTypes(() => {
        asked += 1;
        return new ListenFDs([3, 4]);
      }),
    );
    const reactor = Object.assign(new FakeReactorTCP(), { adoptStreamPort: () => 0, driver: { libc: {} } });
    expect(asked).to.equal(0);
    for (const index of [0, 1]) {
      lazy.serverFromString(reactor as unknown as EndpointReactor, `systemd:domain=INET:index=${index}`);
    }
    expect(asked).to.equal(1);
  });
});

describe('EndpointRegistry', () => {
  // Twisted: ClientStringTests.test_typeFromPlugin, ServerStringTests.test_typeFromPlugin
  it('gives a type the reactor, the parts by their places and those by name', () => {
    const reactor = new FakeReactorTCP();
    const endpoint = new HostnameEndpoint(reactor, 'example.com', 80);
    const seen: unknown[] = [];
    const registration = registerEndpoint({
      prefix: 'crowd',
      client: (given, parts) => {
        seen.push(given, parts.type, parts.description, parts.positional, [...parts.keywords]);
        return endpoint;
      },
    });
    expect(clientFromString(reactor, 'crowd:3:people:at=home')).to.equal(endpoint);
    registration[Symbol.dispose]();
    expect(() => clientFromString(reactor, 'crowd:3')).to.throw(EndpointSyntaxError, 'Unknown');
    expect(seen).to.deep.equal([
      reactor,
      'crowd',
      'crowd:3:people:at=home',
      ['3', 'people'],
      [['at', 'home']],
    ]);
  });

  it('takes a type back when what register() returned is disposed of', () => {
    const registry = new EndpointRegistry();
    registry.register({ prefix: 'x' })[Symbol.dispose]();
    registry.register({ prefix: 'X' });
    expect(() => registry.register({ prefix: 'x' })).to.throw(Error, 'There is an endpoint type x: already');
  });

  it('refuses what cannot be a prefix', () => {
    for (const prefix of ['', '9p', 'a:b', 'a b', 'ü']) {
      expect(() => new EndpointRegistry([{ prefix }])).to.throw(RangeError, "can't be the prefix");
    }
  });

  it('knows which types can listen and which can connect', () => {
    const registry = new EndpointRegistry(builtInEndpointTypes);
    expect(registry.prefixes('server')).to.deep.equal(['tcp', 'tcp4', 'tcp6', 'systemd', 'fd']);
    expect(registry.prefixes('client')).to.deep.equal(['tcp', 'tcp4', 'tcp6']);
  });

  it('refuses parts that a type has not asked for', () => {
    const registry = new EndpointRegistry([
      { prefix: 'x', client: (reactor) => new HostnameEndpoint(reactor, 'example.com', 80) },
    ]);
    const reactor = new FakeReactorTCP();
    expect(registry.clientFromString(reactor, 'x')).to.be.instanceOf(HostnameEndpoint);
    for (const bad of ['x:1', 'x:a=1']) {
      expect(() => registry.clientFromString(reactor, bad)).to.throw(EndpointSyntaxError);
    }
  });
});

describe('serverDescription()', () => {
  it('describes where a server listens, so that another can', () => {
    expect(serverDescription(new IPv4Address('TCP', '127.0.0.1', 8007))).to.equal(
      'tcp:8007:interface=127.0.0.1',
    );
    const description = serverDescription(new IPv6Address('TCP', '::1', 8007));
    expect(description).to.equal(String.raw`tcp:8007:interface=\:\:1`);
    expect(listens(description)).to.deep.equal([TCP6ServerEndpoint, 8007, { interface: '::1' }]);
  });

  it('shows other addresses as they show themselves', () => {
    expect(serverDescription(new UNIXAddress('/no/such/file'))).to.equal("UNIXAddress('/no/such/file')");
    expect(serverDescription(new IPv4Address('UDP', '127.0.0.1', 1))).to.equal(
      'IPv4Address(UDP, 127.0.0.1, 1)',
    );
    expect(serverDescription(new HostnameAddress('a.example', 1))).to.equal('tcp:1:interface=a.example');
  });
});
