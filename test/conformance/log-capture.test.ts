import { configureSync, getConfig, resetSync } from '@logtape/logtape';
import { expect } from 'chai';
import { Failure } from '../../src/defer/index.js';
import { getLog } from '../../src/logger/index.js';
import { LogCapture, messageOf } from '../../src/testing/index.js';

const log = getLog('test');

describe('LogCapture', () => {
  it('keeps all records, with their texts', () => {
    using capture = new LogCapture();
    log.debug('low');
    log.warn('{port} is open', { port: 80 });
    expect(capture.messages).to.deep.equal(['low', '80 is open']);
    expect(capture.withTemplate('{port} is open').map(messageOf)).to.deep.equal(['80 is open']);
  });

  it('`flushErrors()` takes out errors by their class or by a question, and `errors` has the rest', () => {
    using capture = new LogCapture();
    log.warn('no error');
    log.failure('It threw', new Failure(new RangeError('too far')));
    log.failure('It threw', new Failure(new TypeError('not a number')));
    log.error('plain');
    expect(capture.errors).to.have.length(3);
    expect(capture.flushErrors(RangeError)).to.have.length(1);
    expect(capture.flushErrors(RangeError)).to.have.length(0);
    expect(capture.flushErrors(({ rawMessage }) => rawMessage === 'plain')).to.have.length(1);
    expect(capture.errors.map(({ properties }) => properties['error'])).to.satisfy(
      ([error]: unknown[]) => error instanceof TypeError,
    );
    expect(capture.flushErrors()).to.have.length(1);
    expect(capture.errors).to.deep.equal([]);
    expect(capture.records).to.have.length(4);
  });

  it('puts the program’s own configuration back at its end', () => {
    const texts: string[] = [];
    configureSync({
      sinks: { own: (record) => texts.push(messageOf(record)) },
      loggers: [
        { category: 'heddle', sinks: ['own'] },
        { category: ['logtape', 'meta'], sinks: [], lowestLevel: 'fatal' },
      ],
    });
    try {
      const capture = new LogCapture();
      log.info('captured');
      capture[Symbol.dispose]();
      capture[Symbol.dispose]();
      log.info('delivered');
      expect(texts).to.deep.equal(['delivered']);
      expect(capture.messages).to.deep.equal(['captured']);
    } finally {
      resetSync();
    }
  });

  it('leaves LogTape without a configuration where there was none', () => {
    new LogCapture()[Symbol.dispose]();
    expect(getConfig()).to.equal(null);
  });
});
