import { expect } from 'chai';
import type { Failure } from '../../src/defer/index.js';
import { ConnectionDone, ConnectionLost, ReactorClosedError } from '../../src/errors/index.js';
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  F_DUPFD_CLOEXEC,
  O_CLOEXEC,
  O_NONBLOCK,
  getDriver,
} from '../../src/libc/index.js';
import { EpollPoller } from '../../src/reactor/epoll-poller.js';
import { RecordingDescriptor } from '../../src/testing/conformance/reactor-descriptor.js';
import { FaultyLibc } from '../../src/testing/faulty-libc.js';
import { LogCapture } from '../../src/testing/log-capture.js';
import { Clock } from '../../src/time/index.js';
import { DescriptorScope } from '../libc/descriptor-scope.js';

/** A poller over the real epoll, with the descriptors of one test. */
class Fixture implements Disposable {
  readonly libc = new FaultyLibc(getDriver().libc);
  readonly clock = new Clock();
  changes = 0;
  readonly poller = new EpollPoller({
    libc: this.libc,
    time: this.clock,
    eventsPerPoll: 32,
    onChange: () => (this.changes += 1),
  });
  readonly scope = new DescriptorScope(getDriver().libc);

  /** An eventfd: always writable, readable if its count isn't 0. */
  event(count = 0): RecordingDescriptor {
    return new RecordingDescriptor(this.scope.keep(this.libc.eventfd(count, EFD_CLOEXEC | EFD_NONBLOCK)));
  }

  /** A pipe's reading and writing end. */
  pipe(): [RecordingDescriptor, RecordingDescriptor] {
    const [reading, writing] = this.scope.pipe(O_CLOEXEC | O_NONBLOCK);
    return [new RecordingDescriptor(reading), new RecordingDescriptor(writing)];
  }

  /** What a turn does with its poller. */
  turn(): void {
    this.poller.applyChanges();
    this.poller.poll(0, { ran: () => false, waited: () => {} });
    this.poller.applyChanges();
  }

  [Symbol.dispose](): void {
    this.poller.close();
    this.scope.closeAll();
  }
}

class HalfCloseable extends RecordingDescriptor {
  readonly readEnds: Failure[] = [];
  onReadEnd: () => void = () => {};

  readConnectionLost(reason: Failure): void {
    this.readEnds.push(reason);
    this.onReadEnd();
  }

  writeConnectionLost(): void {}
}

describe('EpollPoller', () => {
  describe('what a hang-up means to who has no watch for it', () => {
    it('a reader whose pipe has ended is lost in order, without a read', () => {
      using fixture = new Fixture();
      const [reader, writer] = fixture.pipe();
      fixture.poller.addReader(reader);
      fixture.scope.close(writer.fd);
      fixture.turn();
      expect(reader.events).to.deep.equal(['lost']);
      expect(reader.reason?.value).to.be.instanceOf(ConnectionDone);
    });

    it('a reader whose pipe has ended reads first what is left', () => {
      using fixture = new Fixture();
      const [reader, writer] = fixture.pipe();
      fixture.libc.write(writer.fd, Buffer.from('x'), 0, 1);
      reader.onRead = () => void fixture.libc.read(reader.fd, Buffer.alloc(1), 0, 1);
      fixture.poller.addReader(reader);
      fixture.scope.close(writer.fd);
      fixture.turn();
      fixture.turn();
      expect(reader.events).to.deep.equal(['read', 'lost']);
    });

    it('a writer whose pipe nobody reads is lost, without a write', () => {
      using fixture = new Fixture();
      const [reader, writer] = fixture.pipe();
      fixture.poller.addWriter(writer);
      fixture.scope.close(reader.fd);
      fixture.turn();
      expect(writer.events).to.deep.equal(['lost']);
      expect(writer.reason?.value).to.be.instanceOf(ConnectionLost);
    });

    it('a half-closeable reader is told that reading has ended, and keeps the rest of its interest', () => {
      using fixture = new Fixture();
      const [near, far] = fixture.scope.socketpair();
      const descriptor = new HalfCloseable(near);
      descriptor.onRead = () => new ConnectionDone();
      fixture.poller.addReader(descriptor);
      fixture.poller.addWriter(descriptor);
      fixture.libc.shutdown(far, 1);
      fixture.turn();
      fixture.turn();
      expect(descriptor.events).to.deep.equal(['read', 'write']);
      expect(descriptor.readEnds[0]?.value).to.be.instanceOf(ConnectionDone);
      expect([fixture.poller.getReaders(), fixture.poller.getWriters()]).to.deep.equal([[], [descriptor]]);
    });

    it('a half-closeable reader whose end was not in order is lost', () => {
      using fixture = new Fixture();
      const descriptor = new HalfCloseable(fixture.event(1).fd);
      descriptor.onRead = () => new ConnectionLost();
      fixture.poller.addReader(descriptor);
      fixture.turn();
      expect([descriptor.events, descriptor.readEnds]).to.deep.equal([['read', 'lost'], []]);
    });

    it('a half-closeable reader whose readConnectionLost throws is lost with that, which is logged once', () => {
      using log = new LogCapture();
      using fixture = new Fixture();
      const thrown = new Error('thrown by readConnectionLost');
      const descriptor = new HalfCloseable(fixture.event(1).fd);
      descriptor.onRead = () => new ConnectionDone();
      descriptor.onReadEnd = () => {
        throw thrown;
      };
      fixture.poller.addReader(descriptor);
      fixture.turn();
      expect([descriptor.events, descriptor.reason?.value]).to.deep.equal([['read', 'lost'], thrown]);
      expect(log.flushErrors()).to.have.length(1);
    });
  });

  it('a descriptor whose `fileno()` throws after a callback is lost with that', () => {
    using log = new LogCapture();
    using fixture = new Fixture();
    const descriptor = fixture.event(1);
    const thrown = new Error('thrown by fileno');
    descriptor.onRead = () => {
      descriptor.fileno = () => {
        throw thrown;
      };
    };
    fixture.poller.addReader(descriptor);
    fixture.turn();
    expect([descriptor.events, descriptor.reason?.value]).to.deep.equal([['read', 'lost'], thrown]);
    expect(log.flushErrors()).to.have.length(1);
    expect(fixture.poller.getDescriptors()).to.deep.equal([]);
  });

  it('stops where the turn is used up; what is left comes next', () => {
    using fixture = new Fixture();
    const writers = [fixture.event(), fixture.event(), fixture.event()];
    for (const writer of writers) {
      writer.onWrite = () => fixture.poller.removeWriter(writer);
      fixture.poller.addWriter(writer);
    }
    fixture.poller.applyChanges();
    const ran: unknown[] = [];
    const progress = { ran: (descriptor: unknown) => ran.push(descriptor) === 2, waited: () => {} };
    fixture.poller.poll(0, progress);
    expect(ran).to.deep.equal(writers.slice(0, 2));
    fixture.poller.poll(0, progress);
    expect(ran).to.deep.equal(writers);
  });

  it('tells of a change once until the changes are applied', () => {
    using fixture = new Fixture();
    const [one, other] = [fixture.event(), fixture.event()];
    fixture.poller.addReader(one);
    fixture.poller.addWriter(one);
    fixture.poller.addReader(other);
    expect(fixture.changes).to.equal(1);
    fixture.poller.applyChanges();
    fixture.poller.addWriter(other);
    expect(fixture.changes).to.equal(2);
  });

  it('`forget()` leaves the kernel’s set to the coming close, unless the number is shared', () => {
    using fixture = new Fixture();
    const descriptors = [fixture.event(), fixture.event()];
    for (const descriptor of descriptors) fixture.poller.addReader(descriptor);
    fixture.turn();
    const before = fixture.libc.count('epoll_ctl');
    fixture.poller.forget(descriptors[0]!);
    expect(fixture.libc.count('epoll_ctl')).to.equal(before);
    fixture.poller.forget(descriptors[1]!, { shared: true });
    expect(fixture.libc.count('epoll_ctl')).to.equal(before + 1);
    for (const descriptor of descriptors) fixture.poller.forget(descriptor, { shared: true });
    expect([fixture.libc.count('epoll_ctl'), fixture.poller.getReaders()]).to.deep.equal([before + 1, []]);
  });

  it('takes a number over whose former owner left a duplicate of it in the set (EEXIST)', () => {
    using fixture = new Fixture();
    const former = fixture.event(1);
    fixture.poller.addReader(former);
    fixture.turn();
    fixture.scope.keep(fixture.libc.fcntl(former.fd, F_DUPFD_CLOEXEC, 0));
    // Forgotten, but not closed: the open file stays in the set, and its events are nobody's.
    fixture.poller.forget(former);
    fixture.turn();
    expect(former.events).to.deep.equal(['read']);
    const next = new RecordingDescriptor(former.fd);
    fixture.poller.addReader(next);
    fixture.turn();
    expect([former.events, next.events]).to.deep.equal([['read'], ['read']]);
  });

  it('loses who returns a reason after another one has taken its number over, and leaves that one alone', () => {
    using fixture = new Fixture();
    const { libc, poller } = fixture;
    const former = fixture.event(1);
    const next = new RecordingDescriptor(former.fd);
    let calls = 0;
    former.onRead = () => {
      former.fd = -1;
      poller.addReader(next);
      calls = libc.count('epoll_ctl');
      return new Error('enough');
    };
    former.onLost = () => (calls -= libc.count('epoll_ctl'));
    poller.addReader(former);
    fixture.turn();
    // The number is the other one's: the kernel isn't told to forget it.
    expect([former.events, calls]).to.deep.equal([['read', 'lost'], 0]);
    fixture.turn();
    expect([next.events, poller.getReaders()]).to.deep.equal([['read'], [next]]);
  });

  it('counts the descriptors for whose sake the process stays alive', () => {
    using fixture = new Fixture();
    const { poller } = fixture;
    const [one, other] = [fixture.event(), fixture.event()];
    const counts: number[] = [poller.keepAliveCount];
    for (const step of [
      () => poller.addReader(one),
      () => poller.addWriter(one),
      () => poller.addHangUpWatch(other),
      () => poller.keepAlive(one, false),
      () => poller.keepAlive(one, false),
      () => poller.keepAlive(one, true),
      () => poller.forget(one),
      () => poller.keepAlive(one, true),
      () => poller.removeAll(),
      () => poller.addInternalReader(one),
    ]) {
      step();
      counts.push(poller.keepAliveCount);
    }
    expect(counts).to.deep.equal([0, 1, 1, 2, 1, 1, 2, 1, 1, 0, 0]);
  });

  it('watches the reactor’s own descriptors at once, and neither lists nor removes them', () => {
    using fixture = new Fixture();
    const own = fixture.event(1);
    fixture.poller.addInternalReader(own);
    expect(fixture.poller.getReaders()).to.deep.equal([]);
    expect(fixture.poller.getDescriptors()).to.deep.equal([]);
    expect(fixture.poller.removeAll()).to.deep.equal([]);
    fixture.poller.poll(0, { ran: () => false, waited: () => {} });
    expect(own.events).to.deep.equal(['read']);
  });

  it('finds a descriptor that has lost its number', () => {
    using fixture = new Fixture();
    const descriptor = fixture.event(1);
    fixture.poller.addReader(descriptor);
    fixture.turn();
    const { fd } = descriptor;
    descriptor.fd = -1;
    fixture.poller.removeReader(descriptor);
    fixture.turn();
    expect([descriptor.events, fixture.poller.getReaders()]).to.deep.equal([['read'], []]);
    descriptor.fd = fd;
  });

  it('has no hang-up watch for what it polls by time', () => {
    using fixture = new Fixture();
    const { libc, poller, scope, clock } = fixture;
    const file = new RecordingDescriptor(scope.keep(libc.open('/proc/self/exe', O_CLOEXEC, 0)));
    poller.addReader(file);
    fixture.turn();
    poller.addHangUpWatch(file);
    expect(poller.getDescriptors()).to.deep.equal([file]);
    fixture.turn();
    expect(poller.getDescriptors()).to.deep.equal([file]);
    clock.advance(0.001);
    expect(file.events).to.deep.equal(['read']);
    poller.addWriter(file);
    clock.advance(0.001);
    expect(file.events).to.deep.equal(['read', 'read', 'write']);
    expect(poller.removeAll()).to.deep.equal([file]);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('closed, it watches nothing more and polls in vain', () => {
    using fixture = new Fixture();
    const { poller } = fixture;
    const [one, other] = [fixture.event(1), fixture.event()];
    poller.addReader(one);
    poller.applyChanges();
    poller.close();
    fixture.turn();
    expect([one.events, poller.getDescriptors(), poller.fileno()]).to.deep.equal([[], [], -1]);
    expect(() => poller.addReader(other)).to.throw(ReactorClosedError);
    expect(() => poller.addWriter(other)).to.throw(ReactorClosedError);
    expect(() => poller.addHangUpWatch(other)).to.throw(ReactorClosedError);
  });
});
