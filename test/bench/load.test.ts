import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { gccVersion } from '../../bench/harness/compile.js';
import { Load, type Outcome } from '../../bench/harness/load.js';
import type { Settings } from '../../bench/harness/row.js';

const SETTINGS: Settings = {
  cores: null,
  seconds: 1,
  warmupSeconds: 0,
  quick: true,
  build: { failure: 'not needed' },
  driver: null,
};

const PIECE = Uint8Array.from({ length: 64 * 1024 }, (_, place) => place ^ (place >> 8));

/** What the load generator says of a server that does this with its clients. */
async function load(words: string, serve: (client: Socket) => void): Promise<Outcome> {
  const server = createServer((client) => {
    // The load generator that has found a fault ends at once.
    client.on('error', () => {});
    serve(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    await using generator = await Load.start({ port }, words.split(' '), SETTINGS);
    return await generator.run();
  } finally {
    server.close();
    await once(server, 'close');
  }
}

async function complaint(words: string, serve: (client: Socket) => void): Promise<string> {
  try {
    await load(words, serve);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('an error was expected');
}

function echo(client: Socket): void {
  client.on('data', (data) => client.write(data));
}

/** Echoes, but for the byte at this place of the stream, which it changes. */
function wrongAt(place: number): (client: Socket) => void {
  return (client) => {
    let offset = 0;
    client.on('data', (data: Buffer) => {
      if (place >= offset && place < offset + data.length) data[place - offset]! ^= 1;
      offset += data.length;
      client.write(data);
    });
  };
}

/** Sends pieces until the client ends its writing. */
function produce(piece: Uint8Array): (client: Socket) => void {
  return (client) => {
    const write = (): void => {
      while (client.writable && client.write(piece));
    };
    client.on('drain', write);
    client.resume();
    write();
  };
}

describe('the load generator', () => {
  before(function () {
    if (gccVersion() === null) this.skip();
  });

  it('does as many operations as it is told, small and large', async () => {
    expect(
      (await load('echo --connections 3 --size 64 --outstanding 2 --count 100', echo)).operations,
    ).to.equal(100);
    expect((await load('echo --connections 2 --size 100000 --count 40', echo)).operations).to.equal(40);
  });

  it('tells the time of its operations and the share of it in which there was nothing to do', async () => {
    const { seconds, idle, p50Us, p99Us } = await load('echo --connections 1 --count 100', echo);
    expect(idle).to.be.within(0, 1);
    expect(p50Us).to.be.greaterThan(0).and.at.most(p99Us);
    expect(p99Us).to.be.at.most(seconds * 1e6 * 1.02);
  });

  it('finds a wrong byte in any small message, and in every 16th large one', async () => {
    expect(await complaint('echo --connections 1 --count 100', wrongAt(64 * 37 + 5))).to.contain(
      'something else than an echo',
    );
    const large = 'echo --connections 1 --size 5000 --count 40';
    expect(await complaint(large, wrongAt(5000 * 16))).to.contain('something else than an echo');
    expect((await load(large, wrongAt(5000))).operations).to.equal(40);
  });

  it('finds a byte that is missing from a large message', async () => {
    const words = 'echo --connections 1 --size 5000 --outstanding 4 --count 100';
    const said = await complaint(words, (client) => {
      client.once('data', (data: Buffer) => {
        client.write(data.subarray(1));
        echo(client);
      });
    });
    expect(said).to.contain('something else than an echo');
  });

  it('streams to a server until it has read everything', async () => {
    let bytes = 0;
    const { operations } = await load('bulk-in --connections 2 --seconds 0.05', (client) => {
      client.on('data', (data) => (bytes += data.length));
    });
    expect(operations).to.equal(bytes).and.be.greaterThan(0);
  });

  it('takes streams until the server has ended them', async () => {
    const { operations } = await load('bulk-out --connections 2 --seconds 0.05', produce(PIECE));
    expect(operations).to.be.greaterThan(0);
  });

  it('streams there and back until everything is back', async () => {
    expect((await load('bulk-both --connections 2 --seconds 0.05', echo)).operations).to.be.greaterThan(0);
  });

  it('finds wrong bytes at the beginning of a stream', async () => {
    const wrong = PIECE.with(1234, 0);
    expect(await complaint('bulk-out --connections 2 --seconds 0.05', produce(wrong))).to.contain(
      'something else',
    );
    expect(await complaint('bulk-both --connections 1 --seconds 0.05', wrongAt(1000))).to.contain(
      'something else',
    );
  });

  it('finds a server that ends a stream before its time', async () => {
    const hangUp = (client: Socket): void => void client.resume().end();
    for (const mode of ['bulk-in', 'bulk-out', 'bulk-both']) {
      expect(await complaint(`${mode} --connections 1 --seconds 5`, hangUp)).to.contain('load: ');
    }
  });
});
