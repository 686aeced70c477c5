import { expect } from 'chai';
import { DriverSubject } from './driver-subject.js';

describe('ReadinessDriver', () => {
  describe('reading', () => {
    it('watches for hang-ups from the start, and for input when it is told to', () => {
      const { driver, context } = new DriverSubject();
      expect([context.hangUpWatches.size, context.readers.size]).to.deep.equal([1, 0]);

      driver.startReading();
      driver.startReading();
      expect(context.readers.size).to.equal(1);
      driver.stopReading();
      driver.stopReading();
      expect(context.readers.size).to.equal(0);
    });

    it('hands a small read on as a copy of its own', () => {
      const subject = new DriverSubject();
      subject.input = ['hello', 'world'];
      subject.driver.startReading();
      subject.context.read();
      subject.context.read();

      expect(subject.feed.received.map(String)).to.deep.equal(['hello', 'world']);
      expect(subject.context.slabsReplaced).to.equal(0);
    });

    it('hands the slab itself over when a quarter of it or more is filled', () => {
      const subject = new DriverSubject();
      const { slab } = subject.context.turn;
      subject.input = ['x'.repeat(15), 'y'.repeat(16), 'z'];
      subject.driver.startReading();
      for (let i = 0; i < 3; i += 1) subject.context.read();

      expect(subject.feed.received.map(String)).to.deep.equal(['x'.repeat(15), 'y'.repeat(16), 'z']);
      expect(subject.context.slabsReplaced).to.equal(1);
      expect(subject.feed.received[1]?.buffer).to.equal(slab.buffer);
    });

    it('copies nothing that nobody wants', () => {
      const subject = new DriverSubject();
      subject.feed.wantsData = false;
      subject.input = ['hello'];
      subject.driver.startReading();
      subject.context.read();

      expect(subject.feed.told).to.deep.equal([['dataDiscarded', 5]]);
    });

    it('tells of the end', () => {
      const subject = new DriverSubject();
      subject.input = [''];
      subject.driver.startReading();
      subject.context.read();

      expect(subject.feed.told).to.deep.equal([['endOfFile']]);
    });

    for (const name of ['EAGAIN', 'EINTR'] as const) {
      it(`says nothing of ${name}`, () => {
        const subject = new DriverSubject();
        subject.input = [{ errno: name }, 'x'];
        subject.driver.startReading();
        subject.context.read();
        expect(subject.feed.told).to.deep.equal([]);
        subject.context.read();

        expect(subject.feed.received.map(String)).to.deep.equal(['x']);
      });
    }

    for (const name of ['ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOMEM'] as const) {
      it(`tells of ${name} by name`, () => {
        const subject = new DriverSubject();
        subject.input = [{ errno: name }];
        subject.driver.startReading();
        subject.context.read();

        expect(subject.feed.told).to.deep.equal([['failed', name, 'recv']]);
      });
    }

    it('passes hang-ups on', () => {
      const subject = new DriverSubject();
      subject.driver.hangUp('reset');

      expect(subject.feed.told).to.deep.equal([['hangUp', 'reset']]);
    });
  });

  describe('writing', () => {
    it('sends at the end of the turn, once for all that was queued', () => {
      const subject = new DriverSubject().write('a').write('b');
      expect(subject.calls).to.deep.equal([]);

      subject.context.endTurn();

      expect(subject.sent).to.equal('ab');
      expect(subject.calls).to.deep.equal(['send 2']);
      expect(subject.feed.told).to.deep.equal([['sent', 2]]);
      expect(subject.context.writers.size).to.equal(0);
    });

    it('tells that nothing is queued when it is asked with nothing queued', () => {
      const subject = new DriverSubject();
      subject.driver.startWriting();
      subject.context.endTurn();

      expect(subject.calls).to.deep.equal([]);
      expect(subject.feed.told).to.deep.equal([['sent', 0]]);
    });

    it('waits for the kernel with what it did not take, and sends nothing meanwhile', () => {
      const subject = new DriverSubject();
      subject.sendAnswers = [2, 'EAGAIN'];
      subject.write('abcd');
      subject.context.endTurn();
      expect(subject.context.writers.size).to.equal(1);
      subject.write('e');
      expect(subject.context.dirty).to.equal(false);

      subject.context.write();
      expect(subject.context.writers.size).to.equal(1);
      subject.context.write();

      expect(subject.sent).to.equal('abcde');
      expect(subject.context.writers.size).to.equal(0);
      expect(subject.feed.told).to.deep.equal([
        ['sent', 2],
        ['sent', 3],
      ]);
    });

    // Twisted: WriteDescriptorTests.test_kernelBufferFull
    it('waits when the kernel takes nothing', () => {
      const subject = new DriverSubject();
      subject.sendAnswers = [0];
      subject.write('ab');
      subject.context.endTurn();

      expect(subject.feed.told).to.deep.equal([['sent', 0]]);
      subject.context.write();
      expect(subject.sent).to.equal('ab');
    });

    it('tries again in the same turn after EINTR', () => {
      const subject = new DriverSubject();
      subject.sendAnswers = ['EINTR'];
      subject.write('ab');
      subject.context.endTurn();
      expect(subject.context.writers.size).to.equal(0);
      subject.context.endTurn();

      expect(subject.sent).to.equal('ab');
    });

    for (const name of ['ENOBUFS', 'ENOMEM'] as const) {
      it(`rests for a while after ${name}, for the socket stays writable and would spin`, () => {
        const subject = new DriverSubject();
        subject.sendAnswers = [name];
        subject.write('ab');
        subject.context.endTurn();
        subject.write('c');
        expect([subject.context.writers.size, subject.context.dirty]).to.deep.equal([0, false]);

        subject.context.time.advance(0.019);
        expect(subject.context.dirty).to.equal(false);
        subject.context.time.advance(0.002);
        subject.context.endTurn();

        expect(subject.sent).to.equal('abc');
        expect(subject.context.time.getDelayedCalls()).to.deep.equal([]);
      });
    }

    for (const name of ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'EACCES'] as const) {
      it(`tells of ${name} by name`, () => {
        const subject = new DriverSubject();
        subject.sendAnswers = [name];
        subject.write('ab');
        subject.context.endTurn();

        expect(subject.feed.told).to.deep.equal([['failed', name, 'send']]);
      });
    }

    it("fails by name when what was written is somebody else's by now", () => {
      const subject = new DriverSubject();
      const data = new Uint8Array(10);
      subject.feed.queue.push(data);
      subject.driver.startWriting();
      structuredClone(data, { transfer: [data.buffer] });
      subject.context.endTurn();

      expect(subject.feed.told).to.deep.equal([['failed', 'EFAULT', 'send']]);
    });

    it('goes on with what is written while it is told of what was sent', () => {
      const subject = new DriverSubject();
      subject.feed.onSent = () => {
        subject.feed.onSent = () => {};
        subject.write('b');
      };
      subject.write('a');
      subject.context.endTurn();
      subject.context.endTurn();

      expect(subject.sent).to.equal('ab');
    });

    it('ends our direction, whatever the kernel says', () => {
      const subject = new DriverSubject();
      subject.driver.shutdownWrite();

      expect(subject.calls).to.deep.equal(['shutdown']);
      expect(subject.feed.told).to.deep.equal([]);
    });
  });

  it('names its feed in log records', () => {
    expect(new DriverSubject().driver.logPrefix()).to.equal('Recording');
  });
});
