import { expect } from 'chai';
import { Failure } from '../../src/defer/index.js';
import { ConnectionLost } from '../../src/errors/index.js';
import { DriverSubject } from './driver-subject.js';

describe('The end of a ReadinessDriver', () => {
  describe('closing', () => {
    it('at once is forgetting, then one close', () => {
      const { driver, context, calls } = new DriverSubject();
      driver.startReading();
      driver.closeAtOnce(false);
      driver.closeAtOnce(true);

      expect(calls).to.deep.equal(['close 9']);
      expect(context.watching).to.equal(false);
      expect(context.forgotten).to.deep.equal([false]);
      expect(driver.fileno()).to.equal(-1);
    });

    it('with a reset sets SO_LINGER first', () => {
      const { driver, calls } = new DriverSubject();
      driver.closeAtOnce(true);

      expect(calls).to.deep.equal(['linger', 'close 9']);
    });

    it('tells the poller that the number may have been duplicated if it was shown', () => {
      const { driver, context } = new DriverSubject();
      driver.markShared();
      driver.closeAtOnce(false);

      expect(context.forgotten).to.deep.equal([true]);
    });

    it('in order, with all sent and the peer ended, is at once', () => {
      const { driver, feed, calls } = new DriverSubject();
      driver.closeInOrder(feed.queue, true);

      expect(calls).to.deep.equal(['close 9']);
    });

    it('in order, without lingering, is at once', () => {
      const { driver, feed, calls } = new DriverSubject({ lingerMs: 0 });
      driver.closeInOrder(feed.queue, false);

      expect(calls).to.deep.equal(['close 9']);
    });

    it('in order otherwise lingers: the feed hears nothing any more', () => {
      const subject = new DriverSubject({ lingerMs: 1000 });
      const { driver, feed, context, calls } = subject;
      driver.closeInOrder(feed.queue, false);
      expect(calls).to.deep.equal(['shutdown']);
      subject.input = ['late', ''];
      context.read();
      expect(calls).to.deep.equal(['shutdown']);
      context.read();

      expect(calls).to.deep.equal(['shutdown', 'close 9']);
      expect([feed.told, feed.received]).to.deep.equal([[], []]);
      expect(context.time.getDelayedCalls()).to.deep.equal([]);
    });

    it('in order sends the rest of the queue to a peer that has ended', () => {
      const subject = new DriverSubject();
      subject.sendAnswers = [1];
      subject.feed.queue.push(Buffer.from('rest'));
      subject.driver.closeInOrder(subject.feed.queue, true);
      subject.context.endTurn();
      subject.context.write();

      expect(subject.sent).to.equal('rest');
      expect(subject.calls.at(-1)).to.equal('close 9');
      expect(subject.context.time.getDelayedCalls()).to.deep.equal([]);
    });

    it('leaves no timer of a send that was to be tried again', () => {
      const subject = new DriverSubject();
      subject.sendAnswers = ['ENOMEM'];
      subject.write('ab');
      subject.context.endTurn();
      subject.driver.closeAtOnce(false);

      expect(subject.context.time.getDelayedCalls()).to.deep.equal([]);
    });
  });

  it('that is dropped by the reactor tells its feed and closes', () => {
    const { driver, feed, calls } = new DriverSubject();
    const reason = new Failure(new ConnectionLost());
    driver.connectionLost(reason);
    driver.connectionLost(reason);

    expect(feed.told).to.deep.equal([['dropped', reason]]);
    expect(calls).to.deep.equal(['close 9']);
  });

  it('that has released its descriptor does nothing any more', () => {
    const subject = new DriverSubject().write('ab');
    const { driver, context, calls } = subject;
    expect(driver.release()).to.equal(9);

    driver.startReading();
    driver.stopReading();
    driver.startWriting();
    driver.closeAtOnce(true);
    context.endTurn();

    expect(calls).to.deep.equal([]);
    expect(context.watching).to.equal(false);
  });
});
