import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Factory, ThrottlingFactory } from '../../src/index.js';
import { RecordingProtocol } from '../../src/testing/conformance/index.js';
import { Clock } from '../../src/time/index.js';
import { FakeConnector } from '../protocols/fake-reactor.js';
import { FakeConnection } from '../tcp/fake-connection.js';
import { ByteQuota } from './policies/byte-quota.js';
import { Download } from './policies/download.js';
import { limited } from './policies/limits.js';
import { Login } from './policies/login.js';
import { TickerFactory } from './policies/reconnecting.js';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const listings = ['limits', 'login', 'download', 'reconnecting', 'byte-quota'];

describe('docs/policies.md', () => {
  const shown = [...read('docs/policies.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text);

  for (const [index, name] of listings.entries()) {
    it(`shows test/docs/policies/${name}.ts, which is type-checked and run`, () => {
      const program = read(`test/docs/policies/${name}.ts`).replace("'../../../src/index.js'", "'heddle'");
      expect(shown[index]).to.equal(program);
    });
  }

  it('shows nothing else', () => {
    expect(shown).to.have.length(listings.length);
  });

  it('links only to files that are there', () => {
    const links = [...read('docs/policies.md').matchAll(/\]\(([^)#]+)/g)].map(([, target]) => target ?? '');
    expect(links).to.include('descriptor-exhaustion.md');
    for (const link of links) expect(() => read(`docs/${link}`), link).not.to.throw();
  });
});

describe('The listings of docs/policies.md', () => {
  it('limits: ten connections for each peer, and an apology above the total', () => {
    const factory = limited(Factory.forProtocol(RecordingProtocol));
    const connect = (): FakeConnection | undefined => {
      const connection = new FakeConnection();
      const protocol = factory.buildProtocol(connection.getPeer());
      if (protocol === null) return undefined;
      connection.start(protocol);
      return connection;
    };
    const connections = Array.from({ length: 12 }, connect);
    expect(connections.filter((connection) => connection !== undefined)).to.have.length(10);
    factory.connectionLimit = 10;
    const eleventh = connect();
    eleventh?.flush();
    expect(eleventh?.output).to.equal('Too many of you. Come back later.\r\n');
    expect(eleventh?.connected).to.equal(false);
  });

  it('login: twenty seconds for the password, and five minutes of idleness', () => {
    const clock = new Clock();
    const [quick, slow] = [new FakeConnection(), new FakeConnection()];
    for (const connection of [quick, slow]) connection.start(new Login(clock));
    quick.receive('PASS secret\r\n');
    slow.receive('USER bob\r\n');
    clock.advance(20);
    slow.nextTurn();
    expect([quick.connected, slow.fake.givenUp]).to.deep.equal([true, ['with reset']]);
    clock.advance(280);
    quick.flush();
    expect(quick.fake.givenUp).to.deep.equal(['in order']);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('download: a million bytes take as long as the limit says, though it only waits for drained()', async () => {
    const clock = new Clock();
    const factory = new ThrottlingFactory(Factory.forProtocol(Download), { clock, writeLimit: 100_000 });
    const connection = new FakeConnection();
    connection.start(factory.buildProtocol(connection.getPeer())!);
    while (connection.connected) {
      connection.flush();
      await new Promise((resolve) => setImmediate(resolve));
      if (connection.fake.writing) continue;
      clock.advance(0.5);
      // What was waiting for the rest to end has its turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(connection.output).to.have.length(1_000_000);
    expect(clock.seconds()).to.be.within(8, 11);
  });

  it('reconnecting: comes back, and begins anew once it has heard something', () => {
    const clock = new Clock();
    const factory = new TickerFactory({ clock, jitter: 0 });
    factory.noisy = false;
    const connector = new FakeConnector(factory);
    connector.connect();
    connector.fail(new Error('refused'));
    clock.advance(1);
    expect(factory.delay).to.equal(Math.E);
    connector.succeed().receive('tick');
    expect(factory.delay).to.equal(1);
    connector.lose();
    expect(factory.ticks).to.deep.equal(['tick', '(Connection was closed cleanly.)']);
    expect(clock.getDelayedCalls().map((call) => call.getTime())).to.deep.equal([2]);
  });

  it('byte-quota: a connection that sends more is aborted', () => {
    const factory = new ByteQuota<RecordingProtocol>(Factory.forProtocol(RecordingProtocol));
    const connection = new FakeConnection();
    const protocol = factory.buildProtocol(connection.getPeer())!;
    connection.start(protocol);
    connection.receive('x'.repeat(1_000_000));
    expect(connection.disconnecting).to.equal(false);
    connection.receive('x');
    connection.nextTurn();
    expect(protocol.wrappedProtocol.events).to.deep.equal(['made', 'data', 'lost']);
  });
});
