import { inspect } from 'node:util';
import { expect } from 'chai';
import {
  StreamConnection,
  TCP4ClientEndpoint,
  type ConnectOptions,
  connect,
} from '../../src/endpoints/index.js';
import {
  ConnectingCancelledError,
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  ConnectionRefusedError,
} from '../../src/errors/index.js';
import type { ConformanceEnvironment } from '../../src/testing/conformance/index.js';
import { deserted, silent } from '../../src/testing/conformance/connect-places.js';
import type { Peer } from '../../src/testing/conformance/peer.js';
import { errorOf, isDone } from '../defer/results.js';
import { describeOnKernel } from '../tcp/on-kernel.js';

/** A connection, and the plain socket at its other end. */
async function pair(
  env: ConformanceEnvironment,
  options: ConnectOptions = {},
): Promise<{ connection: StreamConnection; peer: Peer }> {
  const listener = env.peers.listen();
  const endpoint = new TCP4ClientEndpoint(env.reactor, '127.0.0.1', listener.address.port);
  const connection = await env.drive.result(connect(endpoint, options));
  env.addCleanup(() => connection.abort());
  await env.drive(() => listener.accepted.length === 1);
  return { connection, peer: listener.accepted[0]! };
}

/** Reads until the end. */
async function readAll(connection: StreamConnection): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const data of connection) pieces.push(data);
  return Buffer.concat(pieces).toString();
}

describeOnKernel('connect()', (it) => {
  it('fires with a connection', async (env) => {
    const { connection, peer } = await pair(env);
    expect(connection).to.be.instanceOf(StreamConnection);
    expect(connection.connected).to.equal(true);
    const { host, port } = connection.getPeer();
    expect(inspect(connection)).to.equal(`<StreamConnection to ${host}:${port}>`);
    expect(connection.getHost().host).to.equal('127.0.0.1');
    void connection.write(Buffer.from('hello'));
    await env.drive(() => peer.received.toString() === 'hello');
  });

  it('fails as the endpoint does, and can be cancelled', async (env) => {
    const to = (port: number): TCP4ClientEndpoint => new TCP4ClientEndpoint(env.reactor, '127.0.0.1', port);
    const refused = connect(to(deserted(env).port));
    await env.drive(() => isDone(refused));
    expect(errorOf(refused)).to.be.instanceOf(ConnectionRefusedError);

    const { port } = await silent(env);
    const cancelled = connect(to(port));
    cancelled.cancel();
    expect(errorOf(cancelled)).to.be.instanceOf(ConnectingCancelledError);
    const aborting = new AbortController();
    const aborted = connect(to(port), { signal: aborting.signal });
    aborting.abort('enough');
    expect(errorOf(aborted)).to.be.instanceOf(ConnectingCancelledError).with.property('cause', 'enough');
  });

  it('refuses a buffer size that is none', (env) => {
    const endpoint = new TCP4ClientEndpoint(env.reactor, '127.0.0.1', 1);
    for (const readBufferSize of [-1, NaN]) {
      expect(() => connect(endpoint, { readBufferSize })).to.throw(RangeError);
    }
  });
});

describeOnKernel('A StreamConnection, read', (it) => {
  it('gives what comes until the peer has ended, and can still be written to then', async (env) => {
    const { connection, peer } = await pair(env);
    peer.send('all I have ');
    peer.send('to say');
    peer.shutdownWrite();
    expect(await env.drive.result(readAll(connection))).to.equal('all I have to say');
    expect(connection.connected).to.equal(true);

    await connection.write(Buffer.from('understood'));
    await connection.end();
    await env.drive(() => peer.sawEnd);
    expect(peer.received.toString()).to.equal('understood');
    await env.drive.result(connection.whenLost());
    expect(inspect(connection)).to.include('lost');
  });

  it('throws what the connection is lost with, after what came before', async (env) => {
    const { connection, peer } = await pair(env);
    peer.send('unfinis');
    expect(String(await env.drive.result(connection.read()))).to.equal('unfinis');
    const rest = connection.read();
    peer.reset();
    await env.drive(() => isDone(rest));
    const error = errorOf(rest);
    expect(error).to.be.instanceOf(ConnectionLost);
    expect(connection.wasLostWith(error)).to.equal(true);
    expect(errorOf(connection.read())).to.equal(error);
  });

  for (const [how, leave] of [
    ['break', (): boolean => true],
    [
      'a throw',
      (): never => {
        throw new RangeError('stop');
      },
    ],
  ] as const) {
    it(`lives on when its loop is left by ${how}: another loop goes on`, async (env) => {
      const { connection, peer } = await pair(env);
      peer.send('first');
      const first = (async () => {
        for await (const data of connection) if (leave()) return data.toString();
        return undefined;
      })();
      await env.drive.result(first.catch(() => undefined));
      expect(connection.connected).to.equal(true);
      peer.send('second');
      peer.shutdownWrite();
      expect(await env.drive.result(readAll(connection))).to.equal('second');
    });
  }

  it('makes the peer wait while nobody reads, and loses nothing', async (env) => {
    for (const readBufferSize of [0, 1000]) {
      const { connection, peer } = await pair(env, { readBufferSize });
      const sent = Buffer.alloc(32 * 1024 * 1024, 'abcdefg');
      peer.send(sent);
      // The kernel's buffers take some of it; then it gets no further.
      await env.drive.turns(200);
      expect(peer.bytesUnsent).to.be.greaterThan(0);
      const { bytesRead } = connection.transport;
      expect(bytesRead).to.be.at.most(readBufferSize === 0 ? 0 : 1000 + 256 * 1024);

      peer.shutdownWrite();
      let length = 0;
      const reading = (async () => {
        for await (const data of connection) length += data.length;
      })();
      await env.drive.result(reading);
      expect(length).to.equal(sent.length);
    }
  });
});

describeOnKernel('A StreamConnection, written to', (it) => {
  it('makes the writer wait while too much is queued', async (env) => {
    const { connection, peer } = await pair(env);
    peer.stopReading();
    const small = connection.write(Buffer.from('x'));
    expect(isDone(small)).to.equal(true);
    const big = connection.write(Buffer.alloc(16 * 1024 * 1024));
    await env.drive.turns(20);
    expect(isDone(big)).to.equal(false);
    peer.resumeReading();
    await env.drive.result(big);
    expect(connection.transport.bytesQueued).to.equal(0);
  });

  it('throws at once for what is no bytes', async (env) => {
    const { connection } = await pair(env);
    expect(() => connection.write('text' as unknown as Uint8Array)).to.throw(TypeError);
  });

  it('fails after end(), and after close()', async (env) => {
    const { connection } = await pair(env);
    await connection.end();
    expect((errorOf(connection.write(Buffer.from('x'))) as Error).message).to.include('after end()');
    const other = (await pair(env)).connection;
    const closed = other.close();
    expect((errorOf(other.write(Buffer.from('x'))) as Error).message).to.include('after end() or close()');
    await env.drive.result(closed);
  });

  it('fails with what the connection is lost with, and logs nothing if nobody asks', async (env) => {
    const { connection, peer } = await pair(env);
    peer.stopReading();
    const waiting = connection.write(Buffer.alloc(16 * 1024 * 1024));
    void connection.drained();
    connection.abort();
    await env.drive.result(connection.whenLost());
    expect(errorOf(waiting)).to.be.instanceOf(ConnectionAborted);
    void connection.write(Buffer.from('x'));
    void connection.end();
    expect(errorOf(connection.write(Buffer.from('x')))).to.be.instanceOf(ConnectionAborted);
    expect(errorOf(connection.drained())).to.be.instanceOf(ConnectionAborted);
  });
});

describeOnKernel('A StreamConnection, ended', (it) => {
  it('by end() says all it has to say, and goes on reading', async (env) => {
    const { connection, peer } = await pair(env);
    void connection.write(Buffer.from('question'));
    await env.drive.result(connection.end());
    await connection.end();
    await env.drive(() => peer.sawEnd);
    expect(peer.received.toString()).to.equal('question');
    peer.send('answer');
    peer.shutdownWrite();
    expect(await env.drive.result(readAll(connection))).to.equal('answer');
    await env.drive.result(connection.whenLost());
  });

  it('by close() sends what is queued, drops what comes, and ends the loop', async (env) => {
    const { connection, peer } = await pair(env);
    peer.send('unread');
    await env.drive(() => connection.transport.bytesRead > 0);
    void connection.write(Buffer.from('farewell'));
    await env.drive.result(connection.close());
    expect(connection.connected).to.equal(false);
    expect(await readAll(connection)).to.equal('');
    await env.drive(() => peer.sawEnd);
    expect(peer.received.toString()).to.equal('farewell');
    expect(errorOf(connection.write(Buffer.from('x')))).to.be.instanceOf(ConnectionDone);
    await connection.close();
  });

  it('by `await using` is closed, however the block is left', async (env) => {
    const { connection, peer } = await pair(env);
    const block = async (): Promise<void> => {
      await using used = connection;
      await used.write(Buffer.from('bye'));
      throw new RangeError('the block');
    };
    const left = block().catch((error: unknown) => error);
    expect(await env.drive.result(left)).to.be.instanceOf(RangeError);
    expect(connection.connected).to.equal(false);
    await env.drive(() => peer.sawEnd);
    expect(peer.received.toString()).to.equal('bye');
  });

  it('by abort() resets, and whoever waits fails', async (env) => {
    const { connection, peer } = await pair(env);
    const reading = connection.read();
    connection.abort();
    await env.drive(() => isDone(reading));
    expect(errorOf(reading)).to.be.instanceOf(ConnectionAborted);
    await env.drive(() => peer.sawReset);
    connection.abort();
  });
});
