import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  type IInternetAddress,
  MultiService,
  TCP4ClientEndpoint,
  getReactor,
  runApplication,
} from '../../src/index.js';
import { type Connection, Database } from './services/database.js';
import { Heartbeat } from './services/heartbeat.js';
import { makeClient, question } from './services/client.js';
import { makeEcho } from './services/echo.js';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('docs/services.md', () => {
  it('shows the listings that are run here', () => {
    const listings = [...read('docs/services.md').matchAll(/<!-- (\S+) -->\s+```ts\n([\s\S]*?)```/g)];
    expect(listings.map(([, file]) => file)).to.deep.equal(
      ['heartbeat', 'database', 'echo', 'client'].map((name) => `test/docs/services/${name}.ts`),
    );
    for (const [, file, listing] of listings) {
      const program = read(file!).replaceAll("'../../../src/index.js'", "'heddle'");
      expect(listing!.trim(), file).to.equal(program.trim());
    }
  });

  it('links only to files that are there', () => {
    const links = [...read('docs/services.md').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
      ([, target]) => target!,
    );
    expect(links).to.have.length(3);
    for (const link of links) expect(() => read(`docs/${link}`), link).not.to.throw();
  });

  it('has a heartbeat that beats while it runs', async () => {
    using reactor = getReactor();
    let beats = 0;
    {
      await using heartbeat = new Heartbeat(() => (beats += 1));
      heartbeat.startService();
      expect(reactor.getDelayedCalls()).to.have.length(1);
    }
    expect([beats, reactor.getDelayedCalls().length]).to.deep.equal([1, 0]);
  });

  it('has a database that is open before what needs it starts, and gives up opening when it is stopped', async () => {
    const events: string[] = [];
    const connection: Connection = {
      query: () => Promise.resolve(),
      close: async () => {
        await Promise.resolve();
        events.push('closed');
      },
    };
    const services = new MultiService({ stopInTurn: true });
    services.addService(
      new Database(async () => {
        await Promise.resolve();
        events.push('opened');
        return connection;
      }),
    );
    services.addService(new Heartbeat(() => events.push('beat')));
    using reactor = getReactor();
    await services.startService();
    await services.stopService();
    expect(events).to.deep.equal(['opened', 'beat', 'closed']);
    expect(reactor.getDelayedCalls()).to.deep.equal([]);

    const never = new Database(
      (signal) => new Promise((_, reject) => (signal.onabort = () => reject(new Error('given up')))),
    );
    const starting = never.startService().catch((error: unknown) => (error as Error).message);
    await never.stopService();
    expect(await starting).to.equal('given up');
  });

  it('has an echo server and a client that asks it', async () => {
    using reactor = getReactor();
    const [application, server] = makeEcho('tcp:0:interface=127.0.0.1');
    const controller = new AbortController();
    const ended = runApplication(application, { signal: controller.signal, installSignalHandlers: false });
    const { host, port } = server.port!.getHost() as IInternetAddress;
    {
      await using client = makeClient(new TCP4ClientEndpoint(reactor, host, port));
      client.startService();
      expect(await question(client, 'anybody there?', controller.signal)).to.equal('anybody there?');
    }
    controller.abort();
    await ended;
    expect(reactor.running).to.equal(false);
  });
});
