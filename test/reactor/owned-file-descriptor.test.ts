import { expect } from 'chai';
import type { Failure } from '../../src/defer/index.js';
import { ConnectionDone, ConnectionLost } from '../../src/errors/index.js';
import { O_CLOEXEC, O_NONBLOCK, O_RDONLY, errno, getDriver } from '../../src/libc/index.js';
import { OwnedFileDescriptor, Reactor } from '../../src/reactor/index.js';
import { faultyDriver } from '../../src/testing/faulty-libc.js';
import { DescriptorScope } from '../libc/descriptor-scope.js';

/** Keeps what it reads, and why it ended. */
class Recorder extends OwnedFileDescriptor {
  readonly received: Buffer[] = [];
  reason: Failure | undefined;

  get text(): string {
    return Buffer.concat(this.received).toString();
  }

  protected dataReceived(data: Buffer): void {
    this.received.push(data);
  }

  override connectionLost(reason: Failure): void {
    super.connectionLost(reason);
    this.reason = reason;
  }
}

describe('OwnedFileDescriptor', () => {
  const { driver, libc } = faultyDriver(getDriver());
  let reactor: Reactor;
  let scope: DescriptorScope;

  beforeEach(() => {
    libc.reset();
    reactor = new Reactor({ driver });
    scope = new DescriptorScope(driver.libc);
  });

  afterEach(() => {
    reactor.close();
    scope.closeAll();
  });

  /** Turns until it is so. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  }

  /** The two ends of a pipe, each owned by a descriptor. */
  function pipe(): [reader: Recorder, writer: Recorder] {
    const pair = new Int32Array(2);
    libc.pipe2(pair, O_CLOEXEC | O_NONBLOCK);
    return [new Recorder(reactor, libc, pair[0]!), new Recorder(reactor, libc, pair[1]!)];
  }

  it('carries a megabyte through a pipe, in order, and closes both ends', async () => {
    const [reader, writer] = pipe();
    const data = Buffer.alloc(1_000_000, 'All work and no play. ');
    reader.startReading();
    writer.write(data);
    writer.loseConnection();
    await until(() => reader.disconnected);
    expect(Buffer.concat(reader.received).equals(data)).to.equal(true);
    for (const { reason } of [reader, writer]) expect(reason?.value).to.be.instanceOf(ConnectionDone);
    expect([reader.fileno(), writer.fileno()]).to.deep.equal([-1, -1]);
    expect([reactor.getReaders(), reactor.getWriters(), reactor.getDelayedCalls()]).to.deep.equal([
      [],
      [],
      [],
    ]);
  });

  it('reads a regular file to its end, though epoll can not watch it', async () => {
    const path = new URL('../../package.json', import.meta.url).pathname;
    const file = new Recorder(reactor, libc, libc.open(path, O_RDONLY | O_CLOEXEC, 0));
    file.startReading();
    await until(() => file.disconnected);
    expect((JSON.parse(file.text) as { name: string }).name).to.equal('heddle');
    expect([file.reason?.value, reactor.getDelayedCalls()]).to.satisfy(
      ([reason, calls]: [unknown, unknown[]]) => reason instanceof ConnectionDone && calls.length === 0,
    );
  });

  it('closes a reading end by `loseConnection()`, which never becomes writable', async () => {
    const [reader, writer] = pipe();
    reader.startReading();
    reader.loseConnection();
    await until(() => reader.disconnected);
    expect(reader.fileno()).to.equal(-1);
    writer.loseConnection();
    await until(() => writer.disconnected);
  });

  it('is lost when a write fails, with the errno', async () => {
    const [reader, writer] = pipe();
    libc.fail('write', { errno: 'ENOSPC' });
    writer.write(Buffer.from('x'));
    await until(() => writer.disconnected);
    expect(writer.reason?.value).to.be.instanceOf(ConnectionLost).and.to.have.property('code', 'ENOSPC');
    reader.loseConnection();
    await until(() => reader.disconnected);
  });

  it('is lost when a read fails, with the errno', async () => {
    const [reader, writer] = pipe();
    libc.fail('read', { errno: 'EIO' });
    reader.startReading();
    writer.write(Buffer.from('x'));
    await until(() => reader.disconnected);
    expect(reader.reason?.value).to.be.instanceOf(ConnectionLost).and.to.have.property('code', 'EIO');
    writer.loseConnection();
    await until(() => writer.disconnected);
  });

  for (const name of ['EAGAIN', 'EINTR'] as const) {
    it(`stands it that a read or a write answers ${name}`, async () => {
      const [reader, writer] = pipe();
      libc.fail('read', { errno: name });
      libc.fail('write', { errno: name });
      reader.startReading();
      writer.write(Buffer.from('x'));
      await until(() => reader.text === 'x');
      expect(libc.injected).to.equal(2);
      writer.loseConnection();
      await until(() => reader.disconnected);
    });
  }

  it('closes its descriptor when the reactor is closed', () => {
    const [reader, writer] = pipe();
    const numbers = [reader.fileno(), writer.fileno()];
    reader.startReading();
    writer.startWriting();
    reactor.close();
    const closed = numbers.map((fd) => libc.fcntl(fd, 1, 0));
    expect(closed).to.deep.equal([-errno.EBADF, -errno.EBADF]);
    expect(
      [reader.reason?.value, writer.reason?.value].every((each) => each instanceof ConnectionLost),
    ).to.equal(true);
  });
});
