import { expect } from 'chai';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSendError } from '../../src/errors/index.js';
import { outcomeOf } from '../../src/testing/conformance/file-cases.js';
import { type ConformanceEnvironment, makeServerPair } from '../../src/testing/conformance/index.js';
import { pattern } from '../../src/testing/conformance/pattern.js';
import { SENDFILE_BYTES } from '../../src/tcp/send-file.js';
import { describeOnKernel } from './on-kernel.js';

/** A path for a file of its own, which is gone after the test. */
function pathFor(env: ConformanceEnvironment): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-'));
  env.addCleanup(() => rmSync(folder, { recursive: true }));
  return join(folder, 'file');
}

function openForTest(env: ConformanceEnvironment, path: string, flags: string): number {
  const fd = openSync(path, flags);
  env.addCleanup(() => closeSync(fd));
  return fd;
}

describeOnKernel('sendFile() of real files', (it) => {
  for (const place of [2 ** 31 - 5, 2 ** 32 - 5, 2 ** 40 - 5]) {
    it(`reaches places beyond ${place}`, async (env) => {
      const { peer, transport } = await makeServerPair(env);
      const fd = openForTest(env, pathFor(env), 'w+');
      // All before it is a hole that takes no room on the disk.
      writeSync(fd, Buffer.from('0123456789'), 0, 10, place);
      const sent = outcomeOf(transport.sendFile(fd, place + 1, 8));
      await env.drive(() => peer.bytesReceived === 8);
      env.faults.fail('sendfile', { errno: 'EINVAL' });
      const copied = outcomeOf(transport.sendFile(fd, place + 1, 8));
      await env.drive(() => peer.bytesReceived === 16);

      expect(peer.received.toString()).to.equal('1234567812345678');
      expect([sent.value, copied.value]).to.deep.equal(['sent', 'sent']);
    });
  }

  it('begins with a file that is longer than one call moves', async (env) => {
    const { peer, protocol, transport } = await makeServerPair(env);
    const fd = openForTest(env, pathFor(env), 'w+');
    ftruncateSync(fd, 5 * 2 ** 30);
    const result = outcomeOf(transport.sendFile(fd, 0, 5 * 2 ** 30));
    expect(transport.bytesQueued).to.equal(5 * 2 ** 30);
    await env.drive(() => peer.bytesReceived > 4 * SENDFILE_BYTES);
    expect(protocol.events).to.deep.equal(['made']);
    transport.abortConnection();
    await env.drive(() => protocol.lost);
    expect(result.value).to.equal(protocol.reason?.value);
  });

  it('misses what is cut off a file while it is under way', async (env) => {
    const { peer, protocol, transport } = await makeServerPair(env);
    const fd = openForTest(env, pathFor(env), 'w+');
    const length = 64 * 2 ** 20;
    ftruncateSync(fd, length);
    peer.stopReading();
    const result = outcomeOf(transport.sendFile(fd, 0, length));
    await env.drive.turns(5);
    const left = transport.bytesQueued;
    expect(left).to.be.within(1, length - 1);
    ftruncateSync(fd, length - left + 100);
    peer.resumeReading();
    await env.drive(() => protocol.lost);

    const error = protocol.reason?.value as FileSendError;
    expect(error).to.be.instanceOf(FileSendError);
    expect(result.value).to.equal(error);
    expect([error.bytesMissing, error.code]).to.deep.equal([left - 100, undefined]);
    expect(error.message).to.equal(
      `Connection was aborted: a file has ended too early, and ${left - 100} bytes of it are missing.`,
    );
  });

  it('sends a FileHandle, whose own offset stays where it is', async (env) => {
    const { peer, transport } = await makeServerPair(env);
    const path = pathFor(env);
    const content = pattern(100_000);
    await using file = await open(path, 'w+');
    await file.write(content);
    const result = outcomeOf(transport.sendFile(file, 10, 50_000));
    await env.drive(() => peer.bytesReceived === 50_000);

    expect(peer.received.equals(content.subarray(10, 50_010))).to.equal(true);
    expect(result.value).to.equal('sent');
    await file.write('at the end');
    expect((await file.stat()).size).to.equal(100_010);
  });

  for (const [what, code, fdOf] of [
    ['a folder', 'EISDIR', (env: ConformanceEnvironment) => openForTest(env, tmpdir(), 'r')],
    ['a file that is open for writing only', 'EBADF', (env) => openForTest(env, pathFor(env), 'w')],
    [
      'a pipe',
      'ESPIPE',
      (env) => {
        const pair = new Int32Array(2);
        env.libc.pipe2(pair, 0);
        for (const fd of pair) env.addCleanup(() => env.libc.close(fd));
        return pair[0] as number;
      },
    ],
  ] as const satisfies readonly [string, string, (env: ConformanceEnvironment) => number][]) {
    it(`says what is wrong with ${what}`, async (env) => {
      const { protocol, transport } = await makeServerPair(env);
      const result = outcomeOf(transport.sendFile(fdOf(env), 0, 10));
      await env.drive(() => protocol.lost);

      expect(result.value).to.be.instanceOf(FileSendError);
      expect(protocol.reason?.value).to.equal(result.value);
      expect((result.value as FileSendError).code).to.equal(code);
    });
  }

  it('sends what /proc tells, which has no size', async (env) => {
    const { peer, transport } = await makeServerPair(env);
    const fd = openForTest(env, '/proc/self/status', 'r');
    const result = outcomeOf(transport.sendFile(fd, 0, 20));
    await env.drive(() => peer.bytesReceived === 20);
    expect(peer.received.toString()).to.match(/^Name:\t/);
    expect(result.value).to.equal('sent');
  });

  it('lets other connections have their turns', async (env) => {
    const { peer, transport } = await makeServerPair(env);
    const other = await makeServerPair(env, {
      hooks: { data: ({ transport: echo }, data) => void echo.write(data) },
    });
    const fd = openForTest(env, pathFor(env), 'w+');
    const length = 40 * SENDFILE_BYTES;
    ftruncateSync(fd, length);
    void transport.sendFile(fd, 0, length);
    // Whenever a piece was sent the other peer asks, and is answered before the next but one.
    let waiting = 0;
    let longest = 0;
    env.faults.after(
      'sendfile',
      () => {
        const isAnswered = other.peer.bytesReceived === asked;
        waiting = isAnswered ? 0 : waiting + 1;
        longest = Math.max(longest, waiting);
        if (isAnswered) ask();
      },
      { persist: true },
    );
    let asked = 0;
    const ask = (): void => {
      asked += 1;
      other.peer.send('?');
    };
    ask();
    await env.drive(() => peer.bytesReceived === length);
    expect(asked).to.be.at.least(10);
    expect(longest).to.be.at.most(3);
  });
});
