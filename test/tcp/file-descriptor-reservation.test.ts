import { expect } from 'chai';
import { SystemError } from '../../src/errors/index.js';
import type { IFileDescriptorReservation } from '../../src/interfaces/index.js';
import { type Driver, F_GETFD, errno } from '../../src/libc/index.js';
import {
  FileDescriptorReservation,
  NullFileDescriptorReservation,
  type SpareDescriptor,
  defaultReservation,
  spareEventfd,
} from '../../src/tcp/index.js';
import { FaultyLibc, LogCapture } from '../../src/testing/index.js';
import { DescriptorExhauster } from '../../src/testing/conformance/descriptor-exhauster.js';
import { describeEachDriver } from '../libc/each-driver.js';

/** A spare that is a number only, and the calls that were made. Opening throws what `troubles` has for it, in turn. */
class FakeSpare implements SpareDescriptor {
  readonly calls: string[] = [];
  troubles: unknown[] = [];
  closeTrouble: unknown;

  open(): number {
    this.calls.push('open');
    const trouble = this.troubles.shift();
    if (trouble !== undefined) throw trouble;
    return 7;
  }

  close(fd: number): void {
    this.calls.push(`close ${fd}`);
    if (this.closeTrouble !== undefined) throw this.closeTrouble;
  }
}

const emfile = new SystemError('eventfd', errno.EMFILE);
const enfile = new SystemError('eventfd', errno.ENFILE);

describe('FileDescriptorReservation', () => {
  // Twisted: FileDescriptorReservationTests.test_providesInterface
  it('has what the port needs', () => {
    const reservation: IFileDescriptorReservation = new FileDescriptorReservation(new FakeSpare());

    for (const method of ['available', 'reserve', 'enter', 'exit']) {
      expect(reservation).to.respondTo(method);
    }
  });

  describe('`reserve()`', () => {
    // Twisted: FileDescriptorReservationTests.test_reserveOpensFileOnce
    it('opens the spare once, however often it is called', () => {
      const spare = new FakeSpare();
      const reservation = new FileDescriptorReservation(spare);
      for (let i = 0; i < 10; i += 1) reservation.reserve();

      expect(spare.calls).to.deep.equal(['open']);
      expect(reservation.available()).to.equal(true);
    });

    // Twisted: FileDescriptorReservationTests.test_available
    it('makes it available', () => {
      const reservation = new FileDescriptorReservation(new FakeSpare());

      expect(reservation.available()).to.equal(false);
      reservation.reserve();
      expect(reservation.available()).to.equal(true);
    });

    // Twisted: FileDescriptorReservationTests.test_reserveEMFILELogged. Beyond it: the loss is logged once, for a port tries again
    // several times a second.
    it('swallows EMFILE, logs it once until an attempt succeeds, and can be tried again', () => {
      using log = new LogCapture();
      const spare = new FakeSpare();
      spare.troubles = [emfile, emfile, undefined, emfile];
      const reservation = new FileDescriptorReservation(spare);

      reservation.reserve();
      reservation.reserve();
      expect(reservation.available()).to.equal(false);
      expect(log.errors.map(({ properties }) => properties['error'])).to.deep.equal([emfile]);
      reservation.reserve();
      expect(reservation.available()).to.equal(true);

      reservation.enter();
      reservation.exit();
      expect(reservation.available()).to.equal(false);
      expect(log.errors).to.have.length(2);
    });

    // Twisted: FileDescriptorReservationTests.test_reserveRaisesNonEMFILEExceptions
    it('lets every other error through, and stays empty', () => {
      for (const trouble of [new SystemError('eventfd', errno.EMFILE + 1), enfile, new RangeError('no')]) {
        const spare = new FakeSpare();
        spare.troubles = [trouble];
        const reservation = new FileDescriptorReservation(spare);

        expect(() => reservation.reserve()).to.throw(trouble);
        expect(reservation.available()).to.equal(false);
        reservation.reserve();
        expect(reservation.available()).to.equal(true);
      }
    });
  });

  describe('`enter()`', () => {
    // Twisted: FileDescriptorReservationTests.test_enterFailsWithoutFile
    it('throws when nothing is held: before reserve(), and the second time', () => {
      const reservation = new FileDescriptorReservation(new FakeSpare());

      expect(() => reservation.enter()).to.throw('reserve() has to be called first');
      reservation.reserve();
      reservation.enter();
      expect(() => reservation.enter()).to.throw('reserve() has to be called first');
    });

    // Twisted: FileDescriptorReservationTests.test_enterClosesFileExitOpensFile
    it('closes the spare; `exit()` opens it again', () => {
      const spare = new FakeSpare();
      const reservation = new FileDescriptorReservation(spare);
      reservation.reserve();

      reservation.enter();
      expect(spare.calls).to.deep.equal(['open', 'close 7']);
      expect(reservation.available()).to.equal(false);
      reservation.exit();

      expect(spare.calls).to.deep.equal(['open', 'close 7', 'open']);
      expect(reservation.available()).to.equal(true);
    });

    it('answers what `using` needs', () => {
      const spare = new FakeSpare();
      const reservation = new FileDescriptorReservation(spare);
      reservation.reserve();
      {
        using slot = reservation.enter();
        expect(slot).to.be.an('object');
        expect(reservation.available()).to.equal(false);
      }

      expect(reservation.available()).to.equal(true);
    });

    it('that fails to close holds nothing afterwards, so that it can be reserved again', () => {
      const spare = new FakeSpare();
      const reservation = new FileDescriptorReservation(spare);
      reservation.reserve();
      spare.closeTrouble = new Error('EIO');

      expect(() => reservation.enter()).to.throw('EIO');
      expect(reservation.available()).to.equal(false);
      reservation.reserve();
      expect(reservation.available()).to.equal(true);
    });
  });

  describe('`exit()`', () => {
    it('takes the spare back when the code inside has thrown, and that error goes on', () => {
      const reservation = new FileDescriptorReservation(new FakeSpare());
      reservation.reserve();

      expect(() => {
        using slot = reservation.enter();
        throw new Error(`inside, with ${typeof slot}`);
      }).to.throw('inside, with object');
      expect(reservation.available()).to.equal(true);
    });

    // Twisted: FileDescriptorReservationTests.test_exitSuppressesReservationException
    it('logs what reopening throws, once, and does not let it hide the error of the code inside', () => {
      using log = new LogCapture();
      const spare = new FakeSpare();
      const reservation = new FileDescriptorReservation(spare);
      reservation.reserve();
      spare.troubles = [enfile];

      expect(() => {
        using slot = reservation.enter();
        throw new Error(`inside, with ${typeof slot}`);
      }).to.throw('inside');
      expect(log.errors.map(({ properties }) => properties['error'])).to.deep.equal([enfile]);
      expect(reservation.available()).to.equal(false);
    });

    it('does nothing while the spare is held', () => {
      const spare = new FakeSpare();
      const reservation = new FileDescriptorReservation(spare);
      reservation.reserve();
      reservation.exit();

      expect(spare.calls).to.deep.equal(['open']);
    });
  });

  it('gives the spare back for good when it is disposed of, and can be used again', () => {
    const spare = new FakeSpare();
    const reservation = new FileDescriptorReservation(spare);
    reservation[Symbol.dispose]();
    reservation.reserve();
    reservation[Symbol.dispose]();
    reservation[Symbol.dispose]();

    expect(spare.calls).to.deep.equal(['open', 'close 7']);
    reservation.reserve();
    expect(reservation.available()).to.equal(true);
  });
});

describe('NullFileDescriptorReservation', () => {
  // Twisted: NullFileDescriptorReservationTests.test_providesInterface, NullFileDescriptorReservationTests.test_available
  it('is never available, reserved or not', () => {
    const reservation: IFileDescriptorReservation = new NullFileDescriptorReservation();

    expect(reservation.available()).to.equal(false);
    reservation.reserve();
    expect(reservation.available()).to.equal(false);
  });

  // Twisted: NullFileDescriptorReservationTests.test_contextManager
  it('may be entered and left freely', () => {
    const reservation = new NullFileDescriptorReservation();
    {
      using slot = reservation.enter();
      expect(slot).to.be.an('object');
      expect(reservation.available()).to.equal(false);
    }
    reservation.enter();
    reservation.exit();

    expect(reservation.available()).to.equal(false);
  });
});

describeEachDriver('A spare eventfd', ({ libc }: Driver) => {
  it('is an open descriptor that exec closes, and is closed again', () => {
    const spare = spareEventfd(libc);
    const fd = spare.open();

    expect(libc.fcntl(fd, F_GETFD, 0)).to.equal(1);
    spare.close(fd);
    expect(libc.fcntl(fd, F_GETFD, 0)).to.equal(-errno.EBADF);
  });

  it('that cannot be had is a SystemError that names call and errno', () => {
    const faulty = new FaultyLibc(libc).fail('eventfd', { errno: 'ENFILE' });

    expect(() => spareEventfd(faulty).open())
      .to.throw(SystemError)
      .and.to.include({ code: 'ENFILE', syscall: 'eventfd' });
  });

  // Twisted: FileDescriptorReservationTests.test_reserveEMFILELogged
  it('cannot be had while all descriptors are used up, and can when one is given back', () => {
    using log = new LogCapture();
    using descriptors = new DescriptorExhauster(libc);
    using reservation = new FileDescriptorReservation(spareEventfd(libc));
    descriptors.exhaust();
    reservation.reserve();
    const held = reservation.available();
    descriptors.release(1);
    reservation.reserve();
    const heldThen = reservation.available();
    descriptors.release();

    expect([held, heldThen]).to.deep.equal([false, true]);
    expect(log.errors.map(({ properties }) => (properties['error'] as SystemError).code)).to.deep.equal([
      'EMFILE',
    ]);
  });

  it('makes room for exactly one descriptor inside the block', () => {
    using descriptors = new DescriptorExhauster(libc);
    using reservation = new FileDescriptorReservation(spareEventfd(libc));
    reservation.reserve();
    descriptors.exhaust();
    reservation.enter();
    const results = [libc.eventfd(0, 0), libc.eventfd(0, 0)];
    if (results[0]! >= 0) libc.close(results[0]!);
    reservation.exit();
    const held = reservation.available();
    descriptors.release();

    expect(results[0]).to.be.at.least(0);
    expect(results[1]).to.equal(-errno.EMFILE);
    expect(held).to.equal(true);
  });

  it('is the same for all ports of a thread', () => {
    expect(defaultReservation(libc)).to.equal(defaultReservation(libc));
    expect(defaultReservation(new FaultyLibc(libc))).not.to.equal(defaultReservation(libc));
  });
});
