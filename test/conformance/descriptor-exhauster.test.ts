import { expect } from 'chai';
import {
  EFD_CLOEXEC,
  type Libc,
  O_CLOEXEC,
  O_RDONLY,
  RLIMIT_NOFILE,
  errno,
  getDriver,
} from '../../src/libc/index.js';
import { DescriptorExhauster, FaultyLibc } from '../../src/testing/index.js';

const { libc } = getDriver();

/** Opens a file and closes it again: 0, or the errno that it can't be opened with. */
function openFile(): number {
  const fd = libc.open('/dev/null', O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return -fd;
  libc.close(fd);
  return 0;
}

function limit(on: Libc): number {
  const found = { soft: 0, hard: 0 };
  on.getrlimit(RLIMIT_NOFILE, found);
  return found.soft;
}

/** What `act` finds while there is no descriptor left. Nothing is asserted meanwhile: that may need one. */
function exhausted<T>(act: (descriptors: DescriptorExhauster) => T, free = 0): T {
  using descriptors = new DescriptorExhauster(libc);
  descriptors.exhaust(free);
  return act(descriptors);
}

describe('DescriptorExhauster', () => {
  // Twisted: ExhaustsFileDescriptorsTests.test_exhaustTriggersEMFILE
  it('`exhaust()` leaves no descriptor', () => {
    expect(exhausted(openFile)).to.equal(errno.EMFILE);
  });

  it('`exhaust()` leaves just as many as asked for', () => {
    const opened = exhausted(() => {
      const fds = [1, 2, 3, 4].map(() => libc.eventfd(0, EFD_CLOEXEC));
      for (const fd of fds) if (fd >= 0) libc.close(fd);
      return fds.filter((fd) => fd >= 0).length;
    }, 3);
    expect(opened).to.equal(3);
  });

  it('`exhaust()` leaves as many where the numbers have holes', () => {
    const low = Array.from({ length: 30 }, () => libc.eventfd(0, EFD_CLOEXEC));
    // One free number, and above it a long row of taken ones.
    libc.close(low[0] as number);
    const opened = exhausted(() => {
      const fds = [1, 2, 3, 4].map(() => libc.eventfd(0, EFD_CLOEXEC));
      for (const fd of fds) if (fd >= 0) libc.close(fd);
      return fds.filter((fd) => fd >= 0).length;
    }, 3);
    for (const fd of low.slice(1)) libc.close(fd);
    expect(opened).to.equal(3);
  });

  // Twisted: ExhaustsFileDescriptorsTests.test_count
  it('`count` is what it holds: nothing, something, nothing', () => {
    const descriptors = new DescriptorExhauster(libc);
    const counts = [descriptors.count];
    descriptors.exhaust();
    counts.push(descriptors.count);
    descriptors[Symbol.dispose]();
    counts.push(descriptors.count);
    expect(counts[0]).to.equal(0);
    expect(counts[1]).to.be.greaterThan(0);
    expect(counts[2]).to.equal(0);
  });

  // Twisted: ExhaustsFileDescriptorsTests.test_release
  it('after `release()` a file can be opened, and again after disposing, with the limit as it was', () => {
    const before = limit(libc);
    const found = exhausted((descriptors) => {
      descriptors.release();
      return openFile();
    });
    expect(found).to.equal(0);
    expect(openFile()).to.equal(0);
    expect(limit(libc)).to.equal(before);
  });

  // Twisted: ExhaustsFileDescriptorsTests.test_exhaustRaisesOSError, test_fileDescriptorsReleasedOnFailure
  it('throws an error other than EMFILE, with all given back', () => {
    const faulty = new FaultyLibc(libc).fail('eventfd', { errno: 'ENFILE', nth: 4 });
    const before = [limit(libc), libc.descriptors.open];
    const descriptors = new DescriptorExhauster(faulty);
    expect(() => descriptors.exhaust()).to.throw(/ENFILE/);
    expect([limit(libc), libc.descriptors.open]).to.deep.equal(before);
    expect(descriptors.count).to.equal(0);
  });

  it('`restoreLimit()` frees descriptors without closing one', () => {
    const found = exhausted((descriptors) => {
      descriptors.restoreLimit();
      return [openFile(), descriptors.count];
    });
    expect(found[0]).to.equal(0);
    expect(found[1]).to.be.greaterThan(0);
  });
});
