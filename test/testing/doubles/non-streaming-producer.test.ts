import { expect } from 'chai';
import { NonStreamingProducer, StringTransport } from '../../../src/testing/index.js';

describe('NonStreamingProducer', () => {
  it('produces ten pieces, unregisters itself, and throws when it is asked for more', () => {
    // Twisted: NonStreamingProducerTests.test_producesOnly10Times
    const transport = new StringTransport();
    const producer = new NonStreamingProducer(transport);
    transport.registerProducer(producer, false);
    for (let piece = 0; piece < 10; piece += 1) {
      expect(transport.producer).to.equal(producer);
      producer.resumeProducing();
    }
    expect(transport.value().toString()).to.equal('0123456789');
    expect(producer.produced).to.equal(10);
    expect(transport.producer).to.equal(undefined);
    expect(() => producer.resumeProducing()).to.throw('asked for more');
  });

  it('throws when it is paused', () => {
    // Twisted: NonStreamingProducerTests.test_cannotPauseProduction
    expect(() => new NonStreamingProducer(new StringTransport()).pauseProducing()).to.throw('paused');
  });

  it('produces nothing once it is stopped', () => {
    const producer = new NonStreamingProducer(new StringTransport());
    producer.stopProducing();
    expect(producer.stopped).to.equal(true);
    expect(() => producer.resumeProducing()).to.throw('asked for more');
  });
});
