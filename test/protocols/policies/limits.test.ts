import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { IPv4Address, IPv6Address, UNIXAddress } from '../../../src/address/index.js';
import type { IAddress } from '../../../src/interfaces/index.js';
import {
  LimitConnectionsByPeer,
  type LimitConnectionsByPeerOptions,
  LimitTotalConnectionsFactory,
  Protocol,
  type ProtocolWrapper,
} from '../../../src/protocols/index.js';
import { LogCapture } from '../../../src/testing/index.js';
import { RecordingFactory, RecordingProtocol, type Peer } from '../../../src/testing/conformance/index.js';
import { FakeConnection } from '../../tcp/fake-connection.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';

const v4 = (host: string): IAddress => new IPv4Address('TCP', host, 1000);
const v6 = (host: string): IAddress => new IPv6Address('TCP', host, 1000);

/** Connects if the factory lets it; the connection, or null. */
function connect(
  factory: { buildProtocol(address: IAddress): ProtocolWrapper | null },
  address: IAddress,
): FakeConnection | null {
  const wrapper = factory.buildProtocol(address);
  if (wrapper === null) return null;
  const connection = new FakeConnection();
  connection.start(wrapper);
  return connection;
}

class Busy extends Protocol {
  override connectionMade(): void {
    this.transport.write(Buffer.from('busy'));
    this.transport.loseConnection();
  }
}

describe('LimitTotalConnectionsFactory', () => {
  // Twisted: LimitTotalConnectionsFactoryTests.testConnectionLimiting
  it('refuses those above the limit, or gives them to the overflow protocol, which counts', () => {
    const factory = new LimitTotalConnectionsFactory(new RecordingFactory(), { connectionLimit: 1 });
    expect(connect(factory, v4('192.0.2.1'))).not.to.equal(null);
    expect(factory.connectionCount).to.equal(1);
    expect(factory.buildProtocol(v4('192.0.2.1'))).to.equal(null);
    expect(factory.connectionCount).to.equal(1);

    const overflowing = new LimitTotalConnectionsFactory(new RecordingFactory(), {
      connectionLimit: 1,
      overflowProtocol: Busy,
    });
    connect(overflowing, v4('192.0.2.1'));
    const overflow = connect(overflowing, v4('192.0.2.1'));
    expect(overflowing.connectionCount).to.equal(2);
    overflow?.flush();
    expect(overflow?.output).to.equal('busy');
    expect(overflowing.connectionCount).to.equal(1);
  });

  it('has a place again when a connection is lost, even if its protocol throws in connectionLost', () => {
    using log = new LogCapture();
    const lost = (): never => {
      throw new Error('boom');
    };
    const build = (): RecordingProtocol => new RecordingProtocol({ lost });
    const factory = new LimitTotalConnectionsFactory(new RecordingFactory({ build }), { connectionLimit: 1 });
    connect(factory, v4('192.0.2.1'))?.failed(new Error('gone'));
    expect(factory.connectionCount).to.equal(0);
    expect(connect(factory, v4('192.0.2.1'))).not.to.equal(null);
    expect(log.flushErrors()).to.have.length(1);
  });

  it('does not count what was built and never connected', () => {
    const factory = new LimitTotalConnectionsFactory(new RecordingFactory(), { connectionLimit: 1 });
    factory.buildProtocol(v4('192.0.2.1'));
    expect(factory.buildProtocol(v4('192.0.2.1'))).not.to.equal(null);
  });

  it('a lower limit lets those stay who are there', () => {
    const factory = new LimitTotalConnectionsFactory(new RecordingFactory(), { connectionLimit: 2 });
    const first = connect(factory, v4('192.0.2.1'));
    factory.connectionLimit = 0;
    expect(connect(factory, v4('192.0.2.1'))).to.equal(null);
    expect(first?.connected).to.equal(true);
  });

  it('knows the type of either protocol', () => {
    const factory = new LimitTotalConnectionsFactory(new RecordingFactory(), {
      connectionLimit: 1,
      overflowProtocol: Busy,
    });
    const wrapper = factory.buildProtocol(v4('192.0.2.1'))!;
    expectTypeOf(wrapper.wrappedProtocol).toEqualTypeOf<RecordingProtocol | Busy>();
    const plain = new LimitTotalConnectionsFactory(new RecordingFactory(), { connectionLimit: 1 });
    expectTypeOf(plain.buildProtocol(v4('192.0.2.1'))!.wrappedProtocol).toEqualTypeOf<RecordingProtocol>();
    expect(wrapper.wrappedProtocol).to.be.instanceOf(RecordingProtocol);
  });
});

function byPeer(options?: LimitConnectionsByPeerOptions): LimitConnectionsByPeer<RecordingProtocol> {
  return new LimitConnectionsByPeer(new RecordingFactory(), options);
}

/** How many of these get in, one after the other. */
function served(factory: LimitConnectionsByPeer<RecordingProtocol>, addresses: readonly IAddress[]): number {
  return addresses.filter((address) => connect(factory, address) !== null).length;
}

describe('LimitConnectionsByPeer', () => {
  // Beyond Twisted: P4
  it('lets each address have 5 connections unless it is told otherwise', () => {
    const factory = byPeer();
    const crowd = (host: string): IAddress[] => Array.from({ length: 7 }, () => v4(host));
    expect(served(factory, crowd('192.0.2.1'))).to.equal(5);
    expect(served(factory, crowd('192.0.2.2'))).to.equal(5);
    expect([...factory.peerConnections]).to.deep.equal([
      ['192.0.2.1/32', 5],
      ['192.0.2.2/32', 5],
    ]);
  });

  it('has a place again when one is lost, and keeps nothing of peers that are gone', () => {
    const factory = byPeer({ maxConnectionsPerPeer: 2 });
    const connections = [connect(factory, v4('192.0.2.1')), connect(factory, v4('192.0.2.1'))];
    connections[0]?.failed(new Error('gone'));
    expect(factory.peerConnections.get('192.0.2.1/32')).to.equal(1);
    expect(served(factory, [v4('192.0.2.1'), v4('192.0.2.1')])).to.equal(1);
    for (const wrapper of [...factory.protocols]) wrapper.abortConnection();
    for (const wrapper of [...factory.protocols]) (wrapper.transport as unknown as FakeConnection).nextTurn();
    expect(factory.peerConnections.size).to.equal(0);
  });

  it('counts IPv4 peers by prefix', () => {
    const factory = byPeer({ maxConnectionsPerPeer: 2, ipv4Prefix: 20 });
    const hosts = ['198.51.16.1', '198.51.31.255', '198.51.20.7', '198.51.32.1'];
    expect(served(factory, hosts.map(v4))).to.equal(3);
    expect([...factory.peerConnections.keys()]).to.deep.equal(['198.51.16.0/20', '198.51.32.0/20']);
  });

  it('counts all IPv6 addresses with the same first 64 bits as one peer', () => {
    const factory = byPeer({ maxConnectionsPerPeer: 1 });
    expect(served(factory, ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', '2001:db8:0:2::1'].map(v6))).to.equal(
      2,
    );
    expect([...factory.peerConnections.keys()]).to.deep.equal(['2001:db8:0:1::/64', '2001:db8:0:2::/64']);
  });

  it('counts IPv6 peers by any other prefix', () => {
    const hosts = ['2001:db8:0:1::1', '2001:db8:0:1::2', '2001:db9::1'];
    expect(served(byPeer({ maxConnectionsPerPeer: 1, ipv6Prefix: 128 }), hosts.map(v6))).to.equal(3);
    expect(served(byPeer({ maxConnectionsPerPeer: 1, ipv6Prefix: 29 }), hosts.map(v6))).to.equal(1);
    expect(served(byPeer({ maxConnectionsPerPeer: 1, ipv6Prefix: 32 }), hosts.map(v6))).to.equal(2);
  });

  it('counts a client of IPv4 on a dual-stack port by his IPv4 address', () => {
    const factory = byPeer({ maxConnectionsPerPeer: 1 });
    expect(served(factory, [v6('::ffff:192.0.2.1'), v4('192.0.2.1'), v6('::ffff:192.0.2.2')])).to.equal(2);
  });

  it('counts link-local addresses one by one, and by interface', () => {
    const factory = byPeer({ maxConnectionsPerPeer: 1 });
    expect(
      served(factory, ['fe80::1%eth0', 'fe80::2%eth0', 'fe80::1%eth1', 'fe80::1%eth0'].map(v6)),
    ).to.equal(3);
  });

  it('does not limit peers without a host', () => {
    const factory = byPeer({ maxConnectionsPerPeer: 1 });
    expect(
      served(
        factory,
        Array.from({ length: 9 }, () => new UNIXAddress(null)),
      ),
    ).to.equal(9);
    expect(factory.peerConnections.size).to.equal(0);
  });

  it('a subclass says who is who, and who is not limited', () => {
    class AllButTheProxy extends LimitConnectionsByPeer<RecordingProtocol> {
      override peerOf(address: IAddress): string | undefined {
        return address.equals(v4('10.0.0.1')) ? undefined : super.peerOf(address);
      }
    }
    const factory = new AllButTheProxy(new RecordingFactory(), { maxConnectionsPerPeer: 1 });
    expect(served(factory, ['10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.2'].map(v4))).to.equal(3);
  });

  it('refuses prefix lengths that no address has', () => {
    for (const options of [
      { ipv4Prefix: 33 },
      { ipv4Prefix: -1 },
      { ipv6Prefix: 129 },
      { ipv6Prefix: 1.5 },
    ]) {
      expect(() => byPeer(options)).to.throw(RangeError);
    }
    expect(
      served(byPeer({ maxConnectionsPerPeer: 1, ipv4Prefix: 0 }), [v4('1.2.3.4'), v4('5.6.7.8')]),
    ).to.equal(1);
  });
});

describeOnKernel('LimitConnectionsByPeer on a real port', (it) => {
  // Beyond Twisted: P4
  it('refuses the third client of an address, and serves another address', async (env) => {
    const inner = new RecordingFactory();
    env.abortAfterwards(inner);
    const factory = new LimitConnectionsByPeer(inner, { maxConnectionsPerPeer: 2 });
    const port = env.reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
    env.addCleanup(() => port.stopListening());
    const clients: Peer[] = [];
    for (let count = 1; count <= 2; count += 1) {
      clients.push(env.peers.connect(port.getHost()));
      await env.drive(() => factory.protocols.size === count);
    }
    const third = env.peers.connect(port.getHost());
    await env.drive(() => third.sawClose);
    expect(port.counters).to.include({ accepted: 2, refused: 1 });
    clients[0]?.close();
    await env.drive(() => factory.protocols.size === 1);
    const fourth = env.peers.connect(port.getHost());
    await env.drive(() => fourth.connected && inner.protocols.length === 3);
    expect([...factory.peerConnections]).to.deep.equal([['127.0.0.1/32', 2]]);
  });
});
