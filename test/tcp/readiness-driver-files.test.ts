import { expect } from 'chai';
import { SENDFILE_BYTES } from '../../src/tcp/send-file.js';
import { DriverSubject } from './driver-subject.js';

describe('ReadinessDriver: files', () => {
  it('sends what is ahead of a file, the file and what is behind it, each at the end of a flush', () => {
    const subject = new DriverSubject().write('<');
    subject.sendFile(3, 4);
    subject.write('>');
    for (let flushes = 0; subject.context.dirty; flushes += 1) {
      expect(flushes).to.be.below(3);
      subject.context.endTurn();
    }

    expect(subject.sent).to.equal('<defg>');
    expect(subject.calls).to.deep.equal(['send 1', 'sendfile 3 4', 'send 1']);
    expect(subject.feed.told).to.deep.equal([
      ['sent', 1],
      ['sent', 4],
      ['sent', 1],
    ]);
    expect(subject.context.writers.size).to.equal(0);
  });

  it('asks for a piece at a time, and lets epoll give others their turn before the next', () => {
    const subject = new DriverSubject();
    subject.sendFile(0, 2 * SENDFILE_BYTES + 1);
    subject.context.endTurn();
    expect([subject.context.dirty, subject.context.writers.size]).to.deep.equal([false, 1]);
    subject.context.write();
    expect(subject.context.writers.size).to.equal(1);
    subject.context.write();

    expect(subject.context.writers.size).to.equal(0);
    expect(subject.calls).to.deep.equal([
      `sendfile 0 ${SENDFILE_BYTES}`,
      `sendfile ${SENDFILE_BYTES} ${SENDFILE_BYTES}`,
      `sendfile ${2 * SENDFILE_BYTES} 1`,
    ]);
  });

  it('goes on from where the kernel has stopped', () => {
    const subject = new DriverSubject();
    subject.sendfileAnswers = [2, 'EAGAIN', 3];
    subject.sendFile(0, 6);
    subject.context.endTurn();
    for (let events = 0; events < 3; events += 1) subject.context.write();

    expect(subject.sent).to.equal('abcdef');
    expect(subject.calls).to.deep.equal(['sendfile 0 6', 'sendfile 2 4', 'sendfile 2 4', 'sendfile 5 1']);
  });

  it('tells a file that is too short from one that is sent', () => {
    const subject = new DriverSubject();
    subject.sendfileAnswers = [2, 0];
    subject.sendFile(0, 6);
    subject.context.endTurn();
    subject.context.write();

    expect(subject.feed.told).to.deep.equal([
      ['sent', 2],
      ['fileFailed', 4, undefined],
    ]);
  });

  for (const name of ['EINVAL', 'ENOSYS', 'EIO'] as const) {
    it(`copies by the slab when sendfile says ${name}, and doesn’t ask it again`, () => {
      const subject = new DriverSubject();
      subject.sendfileAnswers = [name];
      subject.sendAnswers = [64, 10];
      const slab = subject.context.turn.slab.length;
      subject.sendFile(1, slab + 26);
      subject.context.endTurn();
      subject.context.write();
      subject.context.write();

      expect(subject.calls).to.deep.equal([
        `sendfile 1 ${slab + 26}`,
        `pread 1 ${slab}`,
        `send ${slab}`,
        `pread ${slab + 1} 26`,
        'send 26',
        `pread ${slab + 11} 16`,
        'send 16',
      ]);
      expect(subject.sent).to.have.length(slab + 26);
      expect(subject.context.writers.size).to.equal(0);
    });
  }

  it('says which of the two failed when a file is copied: the file, or the socket', () => {
    const read = new DriverSubject();
    read.sendfileAnswers = ['EINVAL'];
    read.preadAnswers = ['EISDIR'];
    read.sendFile(0, 6);
    read.context.endTurn();
    expect(read.feed.told).to.deep.equal([['fileFailed', 6, 'EISDIR']]);

    const sent = new DriverSubject();
    sent.sendfileAnswers = ['EINVAL'];
    sent.sendAnswers = ['EPIPE'];
    sent.sendFile(0, 6);
    sent.context.endTurn();
    expect(sent.feed.told).to.deep.equal([['failed', 'EPIPE', 'send']]);
  });

  it('misses the end of a file that is copied, too', () => {
    const subject = new DriverSubject();
    subject.sendfileAnswers = ['EINVAL'];
    subject.preadAnswers = [2, 0];
    subject.sendFile(0, 6);
    subject.context.endTurn();
    subject.context.write();
    expect(subject.feed.told.at(-1)).to.deep.equal(['fileFailed', 4, undefined]);
  });

  for (const name of ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH'] as const) {
    it(`tells of ${name} by name`, () => {
      const subject = new DriverSubject();
      subject.sendfileAnswers = [name];
      subject.sendFile(0, 6);
      subject.context.endTurn();
      expect(subject.feed.told).to.deep.equal([['failed', name, 'sendfile']]);
    });
  }

  it('tries again after a while when the kernel has no memory, and a read that was interrupted at once', () => {
    const subject = new DriverSubject();
    subject.sendfileAnswers = ['ENOMEM', 'EINVAL'];
    subject.preadAnswers = ['EINTR'];
    subject.sendFile(0, 3);
    subject.context.endTurn();
    expect([subject.context.writers.size, subject.context.dirty]).to.deep.equal([0, false]);
    subject.context.time.advance(0.02);
    subject.context.endTurn();
    expect(subject.context.dirty).to.equal(true);
    subject.context.endTurn();
    expect(subject.sent).to.equal('abc');
    expect(subject.feed.told).to.deep.equal([['sent', 3]]);
  });

  it('doesn’t touch the descriptor of a file whose sending was cancelled', () => {
    const subject = new DriverSubject();
    const file = subject.sendFile(0, 3);
    file.result.addErrback(() => undefined);
    file.result.cancel();
    subject.context.endTurn();
    expect(subject.calls).to.deep.equal([]);
    expect(subject.feed.told).to.deep.equal([['fileFailed', 3, undefined]]);
  });
});
