/** Tests that leave something behind, for hooks.test.ts. Their titles say what the hooks should say. */
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';

describe('these tests', () => {
  it('nothing', () => {});

  it('/dev/null', () => {
    openSync('/dev/null', 'r');
  });

  it('nothing, after one that has left something', () => {});

  it('1 timer(s)', async () => {
    setTimeout(() => {}, 1e6);
    setTimeout(() => {}, 1e6).unref();
    await Promise.resolve();
  });

  it('a rejection (Error: of nobody)', () => {
    void Promise.reject(new Error('of nobody'));
  });

  it('socket:', async () => {
    const server = createServer().listen(0, '127.0.0.1').unref();
    await once(server, 'listening');
  });

  it('nothing, but it takes Node a while to close', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });
});
