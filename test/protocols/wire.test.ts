import { expect } from 'chai';
import { ConnectionDone } from '../../src/errors/index.js';
import type { Protocol } from '../../src/protocols/index.js';
import { wire } from '../../src/protocols/index.js';
import { Factory } from '../../src/protocols/index.js';
import { addressOf } from '../../src/testing/conformance/index.js';
import { FakeConnection } from '../tcp/fake-connection.js';
import { describeOnKernel } from '../tcp/on-kernel.js';

function start(protocol: Protocol): FakeConnection {
  const connection = new FakeConnection();
  connection.start(protocol);
  return connection;
}

/** What a protocol says before it ends the connection. */
function said(protocol: Protocol): string {
  const connection = start(protocol);
  expect(connection.disconnecting).to.equal(true);
  connection.flush();
  expect(connection.connected).to.equal(false);
  return connection.output;
}

const noon = new Date('2036-02-07T06:28:15Z');

describe('wire', () => {
  // Twisted: WireTests.test_echo
  it('Echo sends back what it gets, in order', () => {
    const connection = start(new wire.Echo());
    for (const text of ['here are ', 'some bytes', '\r\n']) connection.receive(text);
    connection.flush();
    expect(connection.output).to.equal('here are some bytes\r\n');
  });

  it('Echo does not read while more is queued than the mark', () => {
    const connection = start(new wire.Echo());
    connection.receive('x'.repeat(65_537));
    expect(connection.fake.reading).to.equal(false);
    connection.flush();
    expect(connection.fake.reading).to.equal(true);
  });

  it('Discard says nothing', () => {
    const connection = start(new wire.Discard());
    connection.receive('anybody?');
    connection.flush();
    expect([connection.output, connection.connected]).to.deep.equal(['', true]);
  });

  // Twisted: WireTests.test_who
  it('Who says who is there, and ends', () => {
    expect(said(new wire.Who())).to.equal('root\r\n');
    class Two extends wire.Who {
      override getUsers(): string[] {
        return ['ada', 'grace'];
      }
    }
    expect(said(new Two())).to.equal('ada\r\ngrace\r\n');
  });

  // Twisted: WireTests.test_QOTD
  it('QOTD says one line, and ends', () => {
    expect(said(new wire.QOTD())).to.match(/^[^\r\n]+\r\n$/);
  });

  it('Daytime says the time in words, and ends', () => {
    class Noon extends wire.Daytime {
      override now(): Date {
        return noon;
      }
    }
    expect(said(new Noon())).to.equal('Thu, 07 Feb 2036 06:28:15 GMT\r\n');
    expect(new Date(said(new wire.Daytime()).trim()).getTime()).to.be.closeTo(Date.now(), 60_000);
  });

  it('Time says the seconds since 1900, which begin anew in 2036', () => {
    class At extends wire.Time {
      constructor(readonly at: Date) {
        super();
      }
      override now(): Date {
        return this.at;
      }
    }
    const bytes = (date: Date): string => Buffer.from(said(new At(date)), 'latin1').toString('hex');
    // RFC 868: 2,208,988,800 is 00:00 on 1 January 1970, and 2,629,584,000 on 1 May 1983.
    expect(bytes(new Date(0))).to.equal((2_208_988_800).toString(16));
    expect(bytes(new Date('1983-05-01T00:00:00Z'))).to.equal((2_629_584_000).toString(16));
    expect(bytes(noon)).to.equal('ffffffff');
    expect(bytes(new Date(noon.getTime() + 1000))).to.equal('00000000');
  });

  it('Chargen writes until it is paused, and goes on when it is resumed', () => {
    const connection = start(new wire.Chargen());
    const { bytesQueued } = connection;
    expect(bytesQueued).to.be.within(65_537, 65_536 + 95 * 74);
    connection.flush();
    expect(connection.bytesQueued).to.equal(bytesQueued);
    const lines = connection.output.split('\r\n');
    expect(lines[0]).to.match(/^ !"#.{68}$/);
    expect(lines[1]?.slice(0, -1)).to.equal(lines[0]?.slice(1));
    expect(new Set(lines.slice(0, 95)).size).to.equal(95);
    expect(lines[95]).to.equal(lines[0]);
  });

  for (const [name, make] of [
    ['Echo', () => new wire.Echo()],
    ['Chargen', () => new wire.Chargen()],
  ] as const) {
    it(`${name} is closed in order by whoever says so`, () => {
      const connection = start(make());
      connection.receive('x');
      connection.loseConnection();
      for (let flushes = 0; flushes < 3; flushes += 1) connection.flush();
      expect(connection.endings[0]?.value).to.be.an.instanceOf(ConnectionDone);
    });
  }

  it('Chargen ends with its connection', () => {
    const connection = start(new wire.Chargen());
    connection.failed(new Error('gone'));
    expect(connection.connected).to.equal(false);
  });

  it('Chargen that is resumed after the end writes nothing', () => {
    const protocol = new wire.Chargen();
    start(protocol).failed(new Error('gone'));
    protocol.resumeProducing();
    expect(protocol.transport.bytesQueued).to.equal(0);
  });
});

describeOnKernel('wire on a real port', (it) => {
  it('Chargen fills a peer that reads, and waits for one that does not', async (env) => {
    const factory = Factory.forProtocol(wire.Chargen);
    factory.noisy = false;
    const port = env.reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
    env.addCleanup(() => port.stopListening());
    const peer = env.peers.connect(addressOf(port), { receiveBufferBytes: 16_384 });
    await env.drive(() => peer.bytesReceived > 500_000);
    peer.stopReading();
    await env.drive.turns(50);
    const [transport] = port.connections as unknown as Iterable<{ bytesQueued: number }>;
    expect(transport?.bytesQueued).to.be.within(1, 65_536 + 95 * 74);
    peer.reset();
    await env.drive(() => port.connections.size === 0);
  });
});
