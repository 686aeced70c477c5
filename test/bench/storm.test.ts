import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { expect } from 'chai';

import { gccVersion } from '../../bench/harness/compile.js';
import { Load } from '../../bench/harness/load.js';
import type { Settings } from '../../bench/harness/row.js';

const SETTINGS: Settings = {
  cores: null,
  seconds: 1,
  warmupSeconds: 0,
  quick: true,
  build: { failure: 'not needed' },
  driver: null,
};

const FLOOD = ['served', 'told', 'hung', 'answeredMs'] as const;

/** What a storm of 30 clients came to for a server that does this with its clients, who are counted from 0 on. */
async function storm(seconds: number, serve: (client: Socket, place: number) => void) {
  let place = 0;
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    client.on('error', () => {});
    clients.add(client);
    serve(client, place++);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const words = ['storm', '--count', '30', '--seconds', `${seconds}`];
    await using load = await Load.start({ port }, words, SETTINGS);
    const flood = await load.ask('go', FLOOD);
    return { ...flood, ...(await load.ask('leave', ['recovered', 'tries', 'recoveryMs'])) };
  } finally {
    for (const client of clients) client.destroy();
    server.close();
    await once(server, 'close');
  }
}

function echo(client: Socket): void {
  client.on('data', (data) => client.write(data));
}

describe('a storm of the load generator', () => {
  before(function () {
    if (gccVersion() === null) this.skip();
  });

  it('tells who is served from who is told, by an end or a reset', async () => {
    const outcome = await storm(60, (client, place) => {
      if (place % 3 === 0 || place >= 30) echo(client);
      else if (place % 3 === 1) client.end();
      else client.resetAndDestroy();
    });
    expect(outcome).to.include({ served: 10, told: 20, hung: 0, recovered: 1, tries: 1 });
    expect(outcome.answeredMs).to.be.within(0, 60_000);
  });

  it('counts who is neither when the time is over', async () => {
    const outcome = await storm(0.2, () => {});
    expect(outcome).to.include({ served: 0, told: 0, hung: 30, answeredMs: 200 });
    expect(outcome).to.include({ recovered: 0, tries: 1, recoveryMs: 200 });
  });

  it('comes again until it is served', async () => {
    const outcome = await storm(60, (client, place) => {
      if (place < 30 || place >= 33) echo(client);
      else client.end();
    });
    expect(outcome).to.include({ served: 30, recovered: 1, tries: 4 });
  });
});
