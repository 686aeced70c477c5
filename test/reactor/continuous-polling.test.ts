import { expect } from 'chai';
import { ConnectionDone, ConnectionFdescWentAway } from '../../src/errors/index.js';
import type { Failure } from '../../src/defer/index.js';
import { logSystem } from '../../src/logger/index.js';
import { ContinuousPolling } from '../../src/reactor/index.js';
import { RecordingDescriptor } from '../../src/testing/conformance/reactor-descriptor.js';
import { LogCapture } from '../../src/testing/log-capture.js';
import { Clock } from '../../src/time/index.js';

function fixture(): { clock: Clock; polling: ContinuousPolling; descriptor: RecordingDescriptor } {
  const clock = new Clock();
  return { clock, polling: new ContinuousPolling(clock), descriptor: new RecordingDescriptor(3) };
}

/** The next round, however soon it comes. */
function round(clock: Clock): void {
  clock.advance(0.001);
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

describe('ContinuousPolling', () => {
  // Twisted: ContinuousPollingTests.test_addReader
  it('begins one loop with the first reader', () => {
    const { clock, polling, descriptor } = fixture();
    expect(polling.isReading(descriptor)).to.equal(false);
    polling.addReader(descriptor);
    expect([polling.isReading(descriptor), polling.isWriting(descriptor)]).to.deep.equal([true, false]);
    expect([polling.has(descriptor), clock.getDelayedCalls().length]).to.deep.equal([true, 1]);
  });

  // Twisted: ContinuousPollingTests.test_addWriter
  it('begins one loop with the first writer', () => {
    const { clock, polling, descriptor } = fixture();
    polling.addWriter(descriptor);
    expect([polling.isReading(descriptor), polling.isWriting(descriptor)]).to.deep.equal([false, true]);
    expect([polling.has(descriptor), clock.getDelayedCalls().length]).to.deep.equal([true, 1]);
  });

  // Twisted: ContinuousPollingTests.test_removeReader
  it('ends the loop with the last reader', () => {
    const { clock, polling, descriptor } = fixture();
    polling.addReader(descriptor);
    polling.removeReader(descriptor);
    expect([polling.has(descriptor), clock.getDelayedCalls()]).to.deep.equal([false, []]);
  });

  // Twisted: ContinuousPollingTests.test_removeWriter
  it('ends the loop with the last writer', () => {
    const { clock, polling, descriptor } = fixture();
    polling.addWriter(descriptor);
    polling.removeWriter(descriptor);
    expect([polling.has(descriptor), clock.getDelayedCalls()]).to.deep.equal([false, []]);
  });

  // Twisted: ContinuousPollingTests.test_removeUnknown
  it('takes no notice of the removal of strangers', () => {
    const { clock, polling, descriptor } = fixture();
    polling.removeReader(descriptor);
    polling.removeWriter(descriptor);
    polling.addReader(descriptor);
    polling.removeWriter(descriptor);
    polling.remove(new RecordingDescriptor(4));
    expect([polling.isReading(descriptor), clock.getDelayedCalls().length]).to.deep.equal([true, 1]);
  });

  // Twisted: ContinuousPollingTests.test_multipleReadersAndWriters
  it('has one loop for all', () => {
    const { clock, polling, descriptor } = fixture();
    const other = new RecordingDescriptor(4);
    polling.addReader(descriptor);
    polling.addWriter(descriptor);
    polling.addReader(other);
    expect(clock.getDelayedCalls()).to.have.length(1);
    round(clock);
    expect(clock.getDelayedCalls()).to.have.length(1);
    polling.removeReader(descriptor);
    polling.removeWriter(descriptor);
    expect(clock.getDelayedCalls()).to.have.length(1);
    polling.removeReader(other);
    expect(clock.getDelayedCalls()).to.have.length(0);
  });

  // Twisted: ContinuousPollingTests.test_readerPolling
  it('calls in every round, never when it is added', () => {
    const { clock, polling, descriptor } = fixture();
    polling.addReader(descriptor);
    expect(descriptor.events).to.deep.equal([]);
    round(clock);
    round(clock);
    polling.addWriter(descriptor);
    round(clock);
    expect(descriptor.events).to.deep.equal(['read', 'read', 'read', 'write']);
  });

  // Twisted: ContinuousPollingTests.test_connectionLostOnRead, test_connectionLostOnWrite
  for (const callback of ['onRead', 'onWrite'] as const) {
    it(`ends a descriptor whose ${callback === 'onRead' ? 'doRead' : 'doWrite'} returns a reason`, () => {
      const { clock, polling, descriptor } = fixture();
      const reason = new ConnectionDone();
      descriptor[callback] = () => reason;
      if (callback === 'onRead') polling.addReader(descriptor);
      else polling.addWriter(descriptor);
      round(clock);
      expect([descriptor.reason?.value, polling.has(descriptor)]).to.deep.equal([reason, false]);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });
  }

  it('ends a descriptor that removes itself and returns a reason, unless somebody else has taken care of it', () => {
    const { clock, polling, descriptor } = fixture();
    const [forgotten, taken] = [new RecordingDescriptor(4), new RecordingDescriptor(5)];
    const reason = new ConnectionDone();
    descriptor.onRead = () => {
      polling.removeReader(descriptor);
      return reason;
    };
    forgotten.onWrite = () => {
      polling.remove(forgotten);
      return reason;
    };
    taken.onWrite = () => {
      polling.removeAll();
      return reason;
    };
    polling.addReader(descriptor);
    polling.addWriter(forgotten);
    polling.addWriter(taken);
    round(clock);
    expect([descriptor, forgotten, taken].map(({ events }) => events)).to.deep.equal([
      ['read', 'lost'],
      ['write'],
      ['write'],
    ]);
  });

  it('ends a descriptor that throws, logs that once, and goes on with the others', () => {
    using log = new LogCapture();
    const { clock, polling, descriptor } = fixture();
    const other = new RecordingDescriptor(4);
    const thrown = new Error('thrown');
    descriptor.onRead = () => {
      throw thrown;
    };
    polling.addReader(descriptor);
    polling.addWriter(descriptor);
    polling.addReader(other);
    round(clock);
    round(clock);
    expect([descriptor.events, descriptor.reason?.value]).to.deep.equal([['read', 'lost'], thrown]);
    expect(other.events).to.deep.equal(['read', 'read']);
    expect(log.flushErrors()).to.have.length(1);
  });

  it('ends a descriptor that has lost its number', () => {
    const { clock, polling, descriptor } = fixture();
    descriptor.onRead = () => {
      descriptor.fd = -1;
    };
    polling.addReader(descriptor);
    round(clock);
    expect(descriptor.reason?.value).to.be.instanceOf(ConnectionFdescWentAway);
    expect(polling.has(descriptor)).to.equal(false);
  });

  it('does not ask a descriptor that has removed itself for its number', () => {
    const { clock, polling, descriptor } = fixture();
    descriptor.onRead = () => polling.removeReader(descriptor);
    polling.addReader(descriptor);
    round(clock);
    expect([descriptor.events, descriptor.asked]).to.deep.equal([['read'], 0]);
  });

  it('tells a half-closeable descriptor of an end in order, and goes on writing', () => {
    const { clock, polling } = fixture();
    const descriptor = new HalfCloseable(3);
    descriptor.onRead = () => new ConnectionDone();
    polling.addReader(descriptor);
    polling.addWriter(descriptor);
    round(clock);
    round(clock);
    expect(descriptor.events).to.deep.equal(['read', 'write', 'write']);
    expect(descriptor.readEnds.map(({ value }) => value)).to.have.length(1);
    expect([polling.isReading(descriptor), polling.isWriting(descriptor)]).to.deep.equal([false, true]);
  });

  it('ends a half-closeable descriptor whose readConnectionLost throws', () => {
    using log = new LogCapture();
    const { clock, polling } = fixture();
    const descriptor = new HalfCloseable(3);
    const thrown = new Error('thrown by readConnectionLost');
    descriptor.onRead = () => new ConnectionDone();
    descriptor.onReadEnd = () => {
      throw thrown;
    };
    polling.addReader(descriptor);
    polling.addWriter(descriptor);
    round(clock);
    expect([descriptor.events, descriptor.reason?.value]).to.deep.equal([['read', 'lost'], thrown]);
    expect(log.flushErrors()).to.have.length(1);
  });

  it('does not call who was removed by another one in the same round', () => {
    const { clock, polling, descriptor } = fixture();
    const other = new RecordingDescriptor(4);
    descriptor.onRead = () => polling.remove(other);
    polling.addReader(descriptor);
    polling.addReader(other);
    polling.addWriter(other);
    round(clock);
    expect(other.events).to.deep.equal([]);
  });

  it('leaves who was added in a round to the next one', () => {
    const { clock, polling, descriptor } = fixture();
    const other = new RecordingDescriptor(4);
    descriptor.onRead = () => polling.addReader(other);
    polling.addReader(descriptor);
    round(clock);
    expect(other.events).to.deep.equal([]);
    round(clock);
    expect(other.events).to.deep.equal(['read']);
  });

  // Twisted: ContinuousPollingTests.test_removeAll
  it('`removeAll()` answers each descriptor once, and ends the loop', () => {
    const { clock, polling, descriptor } = fixture();
    const [reader, writer] = [new RecordingDescriptor(4), new RecordingDescriptor(5)];
    polling.addReader(descriptor);
    polling.addWriter(descriptor);
    polling.addReader(reader);
    polling.addWriter(writer);
    expect(polling.removeAll()).to.have.members([descriptor, reader, writer]).and.to.have.length(3);
    expect([polling.getReaders(), polling.getWriters(), polling.getDescriptors()]).to.deep.equal([
      [],
      [],
      [],
    ]);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: ContinuousPollingTests.test_getReaders, test_getWriters
  it('`getReaders()` and `getWriters()` list who is polled', () => {
    const { polling, descriptor } = fixture();
    const other = new RecordingDescriptor(4);
    polling.addReader(descriptor);
    polling.addReader(descriptor);
    polling.addWriter(other);
    expect([polling.getReaders(), polling.getWriters()]).to.deep.equal([[descriptor], [other]]);
    expect(polling.getDescriptors()).to.deep.equal([descriptor, other]);
  });

  it('names the descriptor in log records while it is called', () => {
    const { clock, polling, descriptor } = fixture();
    const systems: string[] = [];
    const note = (): void => void systems.push(logSystem());
    descriptor.onRead = note;
    descriptor.onWrite = note;
    polling.addReader(descriptor);
    polling.addWriter(descriptor);
    round(clock);
    expect([...systems, logSystem()]).to.deep.equal(['descriptor 3', 'descriptor 3', '-']);
  });

  it('stands it that somebody has cancelled its loop', () => {
    const { clock, polling, descriptor } = fixture();
    polling.addReader(descriptor);
    for (const call of clock.getDelayedCalls()) call.cancel();
    expect(() => polling.removeReader(descriptor)).to.not.throw();
  });
});
