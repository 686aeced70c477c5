import { expect } from 'chai';
import { ProducerSlot } from '../../src/tcp/producer-slot.js';

class Producer {
  readonly told: string[] = [];
  onResume: () => void = () => {};

  resumeProducing(): void {
    this.told.push('resume');
    this.onResume();
  }

  pauseProducing(): void {
    this.told.push('pause');
  }

  stopProducing(): void {
    this.told.push('stop');
  }
}

describe('ProducerSlot', () => {
  it('has nobody to tell at first', () => {
    const slot = new ProducerSlot();

    expect(slot.occupied).to.equal(false);
    slot.pause();
    expect(slot.resume()).to.equal(false);
    slot.stop();
    slot.unregister();
    expect(slot.occupied).to.equal(false);
  });

  it('tells one that pushes nothing until it was paused', () => {
    const [slot, producer] = [new ProducerSlot(), new Producer()];
    slot.register(producer, true);

    expect(slot.resume()).to.equal(false);
    slot.pause();
    expect(slot.resume()).to.equal(true);
    expect(slot.resume()).to.equal(false);

    expect(producer.told).to.deep.equal(['pause', 'resume']);
  });

  // Twisted: ProducerTests.test_dontPausePullConsumerOnWriteSequence
  it('asks one that is pulled on registering and at every resumption, and never pauses it', () => {
    const [slot, producer] = [new ProducerSlot(), new Producer()];
    slot.register(producer, false);
    slot.pause();

    expect(slot.resume()).to.equal(true);
    expect(slot.resume()).to.equal(true);

    expect(producer.told).to.deep.equal(['resume', 'resume', 'resume']);
  });

  // Twisted: ProducerTests.test_reentrantStreamingProducerUsingWriteSequence
  it('knows a producer as running before it is resumed, so that it can be paused inside', () => {
    const [slot, producer] = [new ProducerSlot(), new Producer()];
    producer.onResume = () => slot.pause();
    slot.register(producer, true);
    slot.pause();

    slot.resume();
    expect(slot.resume()).to.equal(true);

    expect(producer.told).to.deep.equal(['pause', 'resume', 'pause', 'resume', 'pause']);
  });

  it('takes one at a time', () => {
    const [slot, producer] = [new ProducerSlot(), new Producer()];
    slot.register(producer, true);

    expect(() => slot.register(new Producer(), true)).to.throw('takes one at a time');
    expect(() => slot.register(producer, true)).to.throw('takes one at a time');
    slot.unregister();
    slot.register(producer, true);
    expect(slot.occupied).to.equal(true);
  });

  it('is not paused for a successor of one that was', () => {
    const slot = new ProducerSlot();
    slot.register(new Producer(), true);
    slot.pause();
    slot.unregister();
    const second = new Producer();
    slot.register(second, true);

    expect(slot.resume()).to.equal(false);
    expect(second.told).to.deep.equal([]);
  });

  it('stops a producer once, and is free by then', () => {
    const [slot, producer] = [new ProducerSlot(), new Producer()];
    slot.register(producer, true);

    slot.stop();
    slot.stop();

    expect(producer.told).to.deep.equal(['stop']);
    expect(slot.occupied).to.equal(false);
  });
});
