import { inspect } from 'node:util';
import { configureSync, resetSync } from '@logtape/logtape';
import { expect } from 'chai';
import { bufferLogs, getLog, setLogContext, withLogContext } from '../../src/logger/index.js';
import { LogRecording, StandardErrorRecording } from './log-recording.js';

const log = getLog('test');

describe('a log, where LogTape is configured', () => {
  // Twisted: LoggerTests.test_basicLogger
  it('gives LogTape a record of each level, with its category, template and properties', () => {
    using recording = new LogRecording();
    log.debug('one {n}', { n: 1 });
    log.info('two');
    log.warn('three');
    log.error('four');
    log.fatal('five');
    expect(recording.records.map(({ level, rawMessage }) => [level, rawMessage])).to.deep.equal([
      ['debug', 'one {n}'],
      ['info', 'two'],
      ['warning', 'three'],
      ['error', 'four'],
      ['fatal', 'five'],
    ]);
    expect(recording.records[0]).to.deep.include({
      category: ['heddle', 'test'],
      message: ['one ', 1, ''],
      properties: { n: 1, system: '-' },
    });
  });

  // Twisted: LoggerTests.test_defaultFailure. The level is `error`: LogTape's `fatal` is for what ends the program.
  it('`failure()` records the error, in the text and as a property', () => {
    using recording = new LogRecording();
    const value = new Error('Foo');
    const failure = { value };
    log.failure('Whoops', failure, { port: 80 });
    expect(recording.records[0]).to.deep.include({
      level: 'error',
      rawMessage: 'Whoops: {error}',
      message: ['Whoops: ', value, ''],
      properties: { port: 80, failure, error: value, system: '-' },
    });
  });

  it('writes nothing to standard error', () => {
    using recording = new LogRecording();
    using standardError = new StandardErrorRecording();
    log.error('four');
    expect(recording.messages).to.deep.equal(['four']);
    expect(standardError.text).to.equal('');
  });

  // Twisted: ConnectionTestsMixin.test_logPrefix (its part in the log)
  it('names what is at work as `system`, whatever the record says itself', () => {
    using recording = new LogRecording();
    withLogContext({ logPrefix: () => 'Echo,1' }, () => log.info('inside', { system: 'mine' }));
    log.info('outside');
    expect(recording.records.map(({ properties }) => properties['system'])).to.deep.equal(['Echo,1', '-']);
  });

  it('does not ask for the prefix unless somebody wants the record', () => {
    using recording = new LogRecording('warning');
    let asked = 0;
    const context = {
      logPrefix: () => {
        asked += 1;
        return 'x';
      },
    };
    withLogContext(context, () => log.info('unwanted'));
    expect(asked).to.equal(0);
    withLogContext(context, () => log.warn('wanted'));
    expect(asked).to.equal(1);
    expect(recording.messages).to.deep.equal(['wanted']);
  });

  // Twisted: LogPublisherTests.test_observerRaises
  it('lets no exception of a sink out, and the other sinks still get the record', () => {
    const seen: unknown[] = [];
    configureSync({
      sinks: {
        broken: () => {
          throw new Error('broken sink');
        },
        sound: (record) => seen.push(record.rawMessage),
      },
      loggers: [
        { category: 'heddle', sinks: ['broken', 'sound'], lowestLevel: 'debug' },
        { category: ['logtape', 'meta'], sinks: [], lowestLevel: 'fatal' },
      ],
    });
    try {
      log.error('four');
      expect(seen).to.deep.equal(['four']);
    } finally {
      resetSync();
    }
  });

  // Twisted: LogPublisherTests.test_observerRaisesAndLoggerHatesMe
  it('lets no exception of a filter out, and says so on standard error', () => {
    configureSync({
      sinks: { none() {} },
      filters: {
        broken: () => {
          throw new Error('broken filter');
        },
      },
      loggers: [
        { category: 'heddle', sinks: ['none'], filters: ['broken'] },
        { category: ['logtape', 'meta'], sinks: [], lowestLevel: 'fatal' },
      ],
    });
    using standardError = new StandardErrorRecording();
    try {
      log.error('four');
    } finally {
      resetSync();
    }
    expect(standardError.text).to.equal('heddle: a log record was lost: Error: broken filter\n');
  });
});

describe('a log, where LogTape is not configured', () => {
  it('writes warnings and worse to standard error, one line each', () => {
    using standardError = new StandardErrorRecording();
    log.warn('port {port} of {host}, {nobody}', { port: 80, host: 'here' });
    log.error('four');
    log.fatal('five');
    const lines = standardError.text
      .split('\n')
      .map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, 'TIME '));
    expect(lines).to.deep.equal([
      'TIME [-] heddle.test warning: port 80 of here, {nobody}',
      'TIME [-] heddle.test error: four',
      'TIME [-] heddle.test fatal: five',
      '',
    ]);
  });

  it('writes the stack of a failure', () => {
    using standardError = new StandardErrorRecording();
    withLogContext({ logPrefix: () => 'Echo,1' }, () => log.failure('Whoops', { value: new Error('Foo') }));
    expect(standardError.text).to.match(
      / \[Echo,1\] heddle\.test error: Whoops: Error: Foo\n {4}at .*log\.test\.ts/,
    );
  });

  it('keeps the rest to itself', () => {
    using standardError = new StandardErrorRecording();
    log.debug('one');
    log.info('two');
    expect(standardError.text).to.equal('');
  });

  it('lets no exception of a property out', () => {
    using standardError = new StandardErrorRecording();
    const nasty = {
      [inspect.custom](): string {
        throw new Error('nasty');
      },
    };
    log.error('what: {nasty}', { nasty });
    expect(standardError.text).to.match(/nasty/);
  });
});

describe('bufferLogs()', () => {
  // Twisted: BuffersLogsTests.test_buffersInBlock, BuffersLogsTests.test_flushesOnExit
  it('delivers what a block logs after the block, in order, and answers what it answers', () => {
    using recording = new LogRecording();
    const answer = bufferLogs(() => {
      log.info('one');
      getLog('other').info('two');
      expect(recording.messages).to.deep.equal([]);
      return 'answer';
    });
    expect(answer).to.equal('answer');
    expect(recording.messages).to.deep.equal(['one', 'two']);
    expect(recording.records[0]?.category).to.deep.equal(['heddle', 'test']);
    log.info('three');
    expect(recording.messages).to.deep.equal(['one', 'two', 'three']);
  });

  // Twisted: BuffersLogsTests.test_flushesOnExitWithException
  it('delivers it also if the block throws, and throws on', () => {
    using recording = new LogRecording();
    const error = new RangeError('from the block');
    expect(() =>
      bufferLogs(() => {
        log.info('one');
        throw error;
      }),
    ).to.throw(error);
    expect(recording.messages).to.deep.equal(['one']);
  });

  it('lets the outermost of nested blocks deliver', () => {
    using recording = new LogRecording();
    bufferLogs(() => {
      log.info('one');
      bufferLogs(() => log.info('two'));
      log.info('three');
      expect(recording.messages).to.deep.equal([]);
    });
    expect(recording.messages).to.deep.equal(['one', 'two', 'three']);
  });

  it('keeps with a record what was at work when it was made', () => {
    using recording = new LogRecording();
    bufferLogs(() => withLogContext({ logPrefix: () => 'Echo,1' }, () => log.info('one')));
    expect(recording.records[0]?.properties['system']).to.equal('Echo,1');
  });

  it('delivers what a sink logs in turn', () => {
    const seen: unknown[] = [];
    configureSync({
      sinks: {
        talking: (record) => {
          seen.push(record.rawMessage);
          if (record.rawMessage === 'one') log.info('echo');
        },
      },
      loggers: [
        { category: 'heddle', sinks: ['talking'], lowestLevel: 'debug' },
        { category: ['logtape', 'meta'], sinks: [], lowestLevel: 'fatal' },
      ],
    });
    try {
      bufferLogs(() => log.info('one'));
    } finally {
      resetSync();
    }
    expect(seen).to.deep.equal(['one', 'echo']);
  });

  afterEach(() => setLogContext(undefined));
});
