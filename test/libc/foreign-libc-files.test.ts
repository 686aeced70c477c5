import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EpollEventArray,
  FD_CLOEXEC,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  POLLNVAL,
  RLIMIT_NOFILE,
  descriptorUsage,
  errno,
  exhaustionDetail,
} from '../../src/libc/index.js';
import { DescriptorScope, nextDescriptor, withDescriptorLimit } from './descriptor-scope.js';
import { describeEachDriver } from './each-driver.js';

const POLLIN = 1;

describeEachDriver('ForeignLibc: descriptors', ({ libc }) => {
  const scope = new DescriptorScope(libc);
  const one = Buffer.alloc(8);
  one.writeBigUInt64LE(1n);
  afterEach(() => scope.closeAll());

  const isOpen = (fd: number): boolean => libc.fcntl(fd, F_GETFD, 0) >= 0;

  describe('files', () => {
    let directory: string;
    beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'heddle-'))));
    afterEach(() => rmSync(directory, { recursive: true }));

    it('`open()` makes a file with the mode, `write()` and `read()` fill it and read it', () => {
      const path = join(directory, 'a file with ümlauts');
      const out = scope.keep(libc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600));
      expect(libc.write(out, Buffer.from('.hello.'), 1, 5)).to.equal(5);
      expect(readFileSync(path, 'latin1')).to.equal('hello');
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      const from = scope.keep(libc.open(path, O_RDONLY | O_CLOEXEC, 0));
      const bytes = Buffer.alloc(8, '.');
      expect(libc.read(from, bytes, 1, 7)).to.equal(5);
      expect(bytes.toString()).to.equal('.hello..');
      expect(libc.read(from, bytes, 0, 8)).to.equal(0);
    });

    it('`pread()` reads at a place, and leaves the offset where it is', () => {
      const fd = scope.keep(libc.open(join(directory, 'file'), O_RDWR | O_CREAT | O_CLOEXEC, 0o600));
      libc.write(fd, Buffer.from('0123456789'), 0, 10);
      const bytes = Buffer.alloc(6, '.');
      expect(libc.pread(fd, bytes, 1, 4, 3)).to.equal(4);
      expect(bytes.toString()).to.equal('.3456.');
      expect(libc.pread(fd, bytes, 0, 6, 8)).to.equal(2);
      expect(libc.pread(fd, bytes, 0, 6, 10)).to.equal(0);
      expect(libc.pread(fd, bytes, 0, 6, 2 ** 40)).to.equal(0);
      expect(libc.pread(fd, bytes, 0, 6, -1)).to.equal(-errno.EINVAL);
      expect(libc.pread(fd, bytes, 0, 7, 0)).to.equal(-errno.EFAULT);
      expect(libc.read(fd, bytes, 0, 6)).to.equal(0);
    });

    it('`sendfile()` sends from a place, and leaves the offset where it is', () => {
      const fd = scope.keep(libc.open(join(directory, 'file'), O_RDWR | O_CREAT | O_CLOEXEC, 0o600));
      libc.write(fd, Buffer.from('0123456789'), 0, 10);
      const [one, two] = scope.socketpair();
      const bytes = Buffer.alloc(20);
      const received = (): string =>
        bytes.toString('latin1', 0, Math.max(0, libc.recv(two, bytes, 0, 20, 0)));
      expect(libc.sendfile(one, fd, 3, 4)).to.equal(4);
      expect(received()).to.equal('3456');
      expect(libc.sendfile(one, fd, 8, Number.MAX_SAFE_INTEGER)).to.equal(2);
      expect(received()).to.equal('89');
      expect(libc.sendfile(one, fd, 10, 1)).to.equal(0);
      expect(libc.sendfile(one, fd, 2 ** 40, 1)).to.equal(0);
      expect(libc.sendfile(one, fd, -1, 1)).to.equal(-errno.EINVAL);
      expect(libc.sendfile(one, 1_000_000, 0, 1)).to.equal(-errno.EBADF);
      expect(libc.sendfile(one, two, 0, 1)).to.equal(-errno.ESPIPE);
      expect(libc.read(fd, bytes, 0, 6)).to.equal(0);
    });

    it('`sendfile()` and `pread()` reach places that 32 bits don’t hold', () => {
      const fd = scope.keep(libc.open(join(directory, 'file'), O_RDWR | O_CREAT | O_CLOEXEC, 0o600));
      const [one, two] = scope.socketpair();
      const bytes = Buffer.alloc(3);
      for (const place of [2 ** 31 - 1, 2 ** 32 - 1, 2 ** 32 + 2 ** 31 + 5, 2 ** 40]) {
        writeSync(fd, 'abc', place);
        expect(libc.sendfile(one, fd, place, 3)).to.equal(3);
        expect(libc.recv(two, bytes, 0, 3, 0)).to.equal(3);
        expect(bytes.toString()).to.equal('abc');
        expect(libc.pread(fd, bytes.fill(0), 0, 3, place)).to.equal(3);
        expect(bytes.toString()).to.equal('abc');
      }
    });

    it('`sendfile()` answers EPIPE, and the process lives on', () => {
      const fd = scope.keep(libc.open(join(directory, 'file'), O_RDWR | O_CREAT | O_CLOEXEC, 0o600));
      libc.write(fd, Buffer.from('x'), 0, 1);
      const [one, two] = scope.socketpair();
      scope.close(two);
      expect(libc.sendfile(one, fd, 0, 1)).to.equal(-errno.EPIPE);
    });

    it('`open()` answers an errno', () => {
      expect(libc.open(join(directory, 'none'), O_RDONLY, 0)).to.equal(-errno.ENOENT);
    });

    it('`epoll_ctl()` answers EPERM for a regular file', () => {
      const fd = scope.keep(libc.open(join(directory, 'file'), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600));
      const epoll = scope.keep(libc.epoll_create1(EPOLL_CLOEXEC));
      expect(libc.epoll_ctl(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT, 0, 0)).to.equal(-errno.EPERM);
    });
  });

  describe('pipes', () => {
    // Twisted: ReadWriteTests.test_writeAndReadLarge
    it('a large `write()` is partial, and what it says was written is what `read()` gives', () => {
      const [reading, writing] = scope.pipe(O_NONBLOCK | O_CLOEXEC);
      const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
      const written = libc.write(writing, bytes, 0, bytes.length);
      expect(written).to.be.within(1, 99_999);
      expect(libc.write(writing, bytes, 0, bytes.length)).to.equal(-errno.EAGAIN);
      const read = Buffer.alloc(bytes.length);
      expect(libc.read(reading, read, 0, read.length)).to.equal(written);
      expect(read.subarray(0, written).equals(bytes.subarray(0, written))).to.equal(true);
      expect(libc.read(reading, read, 0, 1)).to.equal(-errno.EAGAIN);
    });

    // Twisted: ReadWriteTests.test_readFromCleanClose
    it('`read()` gives 0 after the writer has closed', () => {
      const [reading, writing] = scope.pipe(O_NONBLOCK | O_CLOEXEC);
      scope.close(writing);
      expect(libc.read(reading, Buffer.alloc(1), 0, 1)).to.equal(0);
    });

    // Twisted: ReadWriteTests.test_writeToClosed
    it('`write()` answers EPIPE after the reader has closed', () => {
      const [reading, writing] = scope.pipe(O_NONBLOCK | O_CLOEXEC);
      scope.close(reading);
      expect(libc.write(writing, Buffer.alloc(1), 0, 1)).to.equal(-errno.EPIPE);
    });

    // Twisted: ReadWriteTests.test_writeToInvalid
    it('`write()` and `read()` answer EBADF for what is no descriptor', () => {
      expect(libc.write(-1, Buffer.alloc(1), 0, 1)).to.equal(-errno.EBADF);
      expect(libc.read(-1, Buffer.alloc(1), 0, 1)).to.equal(-errno.EBADF);
    });

    it('`write()` and `read()` answer EFAULT for what lies outside a buffer', () => {
      const [reading, writing] = scope.pipe(O_NONBLOCK | O_CLOEXEC);
      expect(libc.write(writing, Buffer.alloc(1), 0, 2)).to.equal(-errno.EFAULT);
      expect(libc.read(reading, Buffer.alloc(1), 1, 1)).to.equal(-errno.EFAULT);
    });

    it('`pipe2()` answers an errno, and refuses a pair that has no room for two', () => {
      expect(libc.pipe2(new Int32Array(2), 1)).to.equal(-errno.EINVAL);
      expect(libc.pipe2(new Int32Array(1), 0)).to.equal(-errno.EFAULT);
    });
  });

  describe('the life of descriptors', () => {
    it('`close()` closes, and answers EBADF where there is nothing to close', () => {
      const fd = libc.eventfd(0, 0);
      expect(libc.close(fd)).to.equal(0);
      expect(isOpen(fd)).to.equal(false);
      expect(libc.close(fd)).to.equal(-errno.EBADF);
    });

    it('counts what each call makes and what `close()` takes away', () => {
      const before = libc.descriptors.open;
      const made = (): number => libc.descriptors.open - before;
      scope.pipe(O_CLOEXEC);
      scope.socketpair();
      const fd = scope.keep(libc.eventfd(0, EFD_CLOEXEC));
      scope.keep(libc.dup(fd));
      scope.keep(libc.fcntl(fd, F_DUPFD_CLOEXEC, 0));
      scope.keep(libc.epoll_create1(EPOLL_CLOEXEC));
      scope.keep(libc.open('/dev/null', O_RDONLY | O_CLOEXEC, 0));
      expect(made()).to.equal(9);
      libc.close(-1);
      libc.dup(-1);
      libc.fcntl(fd, F_GETFD, 0);
      expect(made()).to.equal(9);
      scope.closeAll();
      expect(made()).to.equal(0);
    });

    it('`dup()` and F_DUPFD_CLOEXEC make copies, of which the second is CLOEXEC', () => {
      const fd = scope.keep(libc.eventfd(7, EFD_NONBLOCK));
      const [plain, closing] = [scope.keep(libc.dup(fd)), scope.keep(libc.fcntl(fd, F_DUPFD_CLOEXEC, 0))];
      expect(libc.fcntl(plain, F_GETFD, 0)).to.equal(0);
      expect(libc.fcntl(closing, F_GETFD, 0)).to.equal(FD_CLOEXEC);
      const count = Buffer.alloc(8);
      expect(libc.read(closing, count, 0, 8)).to.equal(8);
      expect(count.readBigUInt64LE()).to.equal(7n);
    });

    it('`dup()` and `fcntl()` answer errnos', () => {
      expect(libc.dup(-1)).to.equal(-errno.EBADF);
      expect(libc.fcntl(-1, F_GETFD, 0)).to.equal(-errno.EBADF);
    });

    // Twisted: NonBlockingTests.test_setNonBlocking
    it('what is asked for as non-blocking is so from birth', () => {
      const [left] = scope.socketpair();
      expect(libc.fcntl(left, F_GETFL, 0) & O_NONBLOCK).to.equal(O_NONBLOCK);
    });

    // Twisted: CloseOnExecTests.test_setCloseOnExec
    // Twisted: CloseOnExecTests.test_unsetCloseOnExec
    it('a CLOEXEC descriptor is not inherited by a child process, another one is', () => {
      const [closing] = scope.pipe(O_CLOEXEC);
      const [staying] = scope.pipe(O_CLOEXEC);
      expect(libc.fcntl(staying, F_SETFD, 0)).to.equal(0);
      const [gone, there] = [closing, staying].map((fd) => readlinkSync(`/proc/self/fd/${fd}`));
      const listing = spawnSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' }).stdout;
      expect(listing).to.include(there).and.not.include(gone);
    });

    it('`eventfd()` counts from the initial value, and answers an errno', () => {
      const fd = scope.keep(libc.eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC));
      libc.write(fd, one, 0, 8);
      const count = Buffer.alloc(8);
      libc.read(fd, count, 0, 8);
      expect(count.readBigUInt64LE()).to.equal(4n);
      expect(libc.eventfd(0, 0x1234)).to.equal(-errno.EINVAL);
    });
  });

  describe('epoll', () => {
    it('gives each ready descriptor with its data, and no other', () => {
      const epoll = scope.keep(libc.epoll_create1(EPOLL_CLOEXEC));
      const [ready, idle] = [scope.keep(libc.eventfd(1, 0)), scope.keep(libc.eventfd(0, 0))];
      expect(libc.epoll_ctl(epoll, EPOLL_CTL_ADD, ready, EPOLLIN, ready, -7)).to.equal(0);
      expect(libc.epoll_ctl(epoll, EPOLL_CTL_ADD, idle, EPOLLIN, idle, 8)).to.equal(0);
      const events = new EpollEventArray(4);
      expect(libc.epoll_wait(epoll, events, 4, -1)).to.equal(1);
      expect([events.events(0), events.low(0), events.high(0)]).to.deep.equal([EPOLLIN, ready, -7]);
    });

    it('changes and forgets a descriptor when told to', () => {
      const epoll = scope.keep(libc.epoll_create1(EPOLL_CLOEXEC));
      const [left, right] = scope.socketpair();
      const events = new EpollEventArray(4);
      libc.epoll_ctl(epoll, EPOLL_CTL_ADD, left, EPOLLIN, left, 0);
      expect(libc.epoll_wait(epoll, events, 4, 0)).to.equal(0);
      expect(libc.epoll_ctl(epoll, EPOLL_CTL_MOD, left, EPOLLIN | EPOLLOUT, 5, 6)).to.equal(0);
      expect(libc.epoll_wait(epoll, events, 4, 0)).to.equal(1);
      expect([events.events(0), events.low(0), events.high(0)]).to.deep.equal([EPOLLOUT, 5, 6]);
      expect(libc.epoll_ctl(epoll, EPOLL_CTL_DEL, left, 0, 0, 0)).to.equal(0);
      scope.close(right);
      expect(libc.epoll_wait(epoll, events, 4, 0)).to.equal(0);
    });

    it('fills no more events than asked for, and the rest come next', () => {
      const epoll = scope.keep(libc.epoll_create1(EPOLL_CLOEXEC));
      const ready = [1, 2, 3].map(() => scope.keep(libc.eventfd(1, 0)));
      for (const fd of ready) libc.epoll_ctl(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, fd, 0);
      const events = new EpollEventArray(2);
      const seen = new Set<number>();
      for (let i = 0; i < 2; i += 1) {
        expect(libc.epoll_wait(epoll, events, 2, 0)).to.equal(2);
        for (const at of [0, 1]) seen.add(events.low(at));
      }
      expect([...seen].sort((a, b) => a - b)).to.deep.equal(ready);
    });

    it('writes events to the array it is given, after another one was used', () => {
      const epoll = scope.keep(libc.epoll_create1(EPOLL_CLOEXEC));
      const [reading, writing] = scope.pipe(O_CLOEXEC);
      scope.close(writing);
      libc.epoll_ctl(epoll, EPOLL_CTL_ADD, reading, EPOLLIN, 1, 2);
      const arrays = [new EpollEventArray(1), new EpollEventArray(8), new EpollEventArray(1)];
      for (const events of arrays) {
        expect(libc.epoll_wait(epoll, events, events.capacity, 0)).to.equal(1);
        expect([events.events(0), events.low(0), events.high(0)]).to.deep.equal([EPOLLHUP, 1, 2]);
      }
    });

    it('answers errnos', () => {
      const epoll = scope.keep(libc.epoll_create1(EPOLL_CLOEXEC));
      const fd = scope.keep(libc.eventfd(0, 0));
      const events = new EpollEventArray(1);
      expect(libc.epoll_create1(-1)).to.equal(-errno.EINVAL);
      expect(libc.epoll_ctl(epoll, EPOLL_CTL_MOD, fd, EPOLLIN, 0, 0)).to.equal(-errno.ENOENT);
      expect(libc.epoll_ctl(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0, 0)).to.equal(0);
      expect(libc.epoll_ctl(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0, 0)).to.equal(-errno.EEXIST);
      expect(libc.epoll_wait(epoll, events, 0, 0)).to.equal(-errno.EINVAL);
      expect(libc.epoll_wait(epoll, events, 2, 0)).to.equal(-errno.EFAULT);
      expect(libc.epoll_wait(-1, events, 1, 0)).to.equal(-errno.EBADF);
    });
  });

  describe('poll', () => {
    const pollfds = (...fds: number[]): Buffer => {
      const records = Buffer.alloc(fds.length * 8);
      fds.forEach((fd, i) => {
        records.writeInt32LE(fd, i * 8);
        records.writeInt16LE(POLLIN, i * 8 + 4);
      });
      return records;
    };

    it('tells what is ready, what is not, and what is no open descriptor', () => {
      const [ready, idle] = [scope.keep(libc.eventfd(1, 0)), scope.keep(libc.eventfd(0, 0))];
      const records = pollfds(ready, idle, nextDescriptor(libc));
      expect(libc.poll(records, 3, 0)).to.equal(2);
      expect([6, 14, 22].map((at) => records.readInt16LE(at))).to.deep.equal([POLLIN, 0, POLLNVAL]);
    });

    it('answers EINVAL for more records than the limit allows, EFAULT for more than there are', () => {
      const records = Buffer.alloc(65 * 8, 0xff);
      expect(withDescriptorLimit(libc, 64, () => libc.poll(records, 65, 0))).to.equal(-errno.EINVAL);
      expect(libc.poll(records, 66, 0)).to.equal(-errno.EFAULT);
    });
  });

  describe('resource limits', () => {
    it('`setrlimit()` sets what `getrlimit()` gives', () => {
      const limit = { soft: 0, hard: 0 };
      expect(libc.getrlimit(RLIMIT_NOFILE, limit)).to.equal(0);
      expect(limit.soft).to.be.within(1, limit.hard);
      const lower = { soft: 0, hard: 0 };
      withDescriptorLimit(libc, limit.soft - 1, () => libc.getrlimit(RLIMIT_NOFILE, lower));
      expect(lower).to.deep.equal({ soft: limit.soft - 1, hard: limit.hard });
      libc.getrlimit(RLIMIT_NOFILE, lower);
      expect(lower).to.deep.equal(limit);
    });

    it('answer errnos, and leave the limit object alone then', () => {
      const limit = { soft: 2, hard: 1 };
      expect(libc.getrlimit(999, limit)).to.equal(-errno.EINVAL);
      expect(limit).to.deep.equal({ soft: 2, hard: 1 });
      expect(libc.setrlimit(RLIMIT_NOFILE, limit)).to.equal(-errno.EINVAL);
    });
  });

  describe('descriptorUsage()', () => {
    it('counts what is open below the soft limit', () => {
      const before = descriptorUsage(libc);
      scope.pipe(O_CLOEXEC);
      const after = descriptorUsage(libc);
      expect(after.inUse).to.equal(before.inUse + 2);
      expect([after.soft, after.hard]).to.deep.equal([before.soft, before.hard]);
    });

    it('works at the limit, where no descriptor can be opened', () => {
      const limit = nextDescriptor(libc);
      const usage = withDescriptorLimit(libc, limit, () => descriptorUsage(libc));
      expect(usage).to.include({ inUse: limit, soft: limit });
    });

    it('is what EMFILE is explained with, and EMFILE alone', () => {
      const limit = nextDescriptor(libc);
      const detail = withDescriptorLimit(libc, limit, () => exhaustionDetail(libc, -errno.EMFILE));
      expect(detail).to.equal(`${limit} of ${limit} descriptors in use`);
      expect(exhaustionDetail(libc, -errno.ENFILE)).to.equal(undefined);
    });
  });
});
