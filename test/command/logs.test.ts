import { resetSync } from '@logtape/logtape';
import { expect } from 'chai';
import { writeLogs } from '../../src/command/logs.js';
import { getLog } from '../../src/logger/index.js';
import { LogCapture } from '../../src/testing/index.js';

describe('`writeLogs()`', () => {
  afterEach(() => resetSync());

  it('writes records of the level and worse, in the format', () => {
    const lines: string[] = [];
    expect(writeLogs({ format: 'json', level: 'warning' }, (line) => lines.push(line))).to.equal(true);
    getLog('test').info('Not this');
    getLog('test').warn('But {what}', { what: 'this' });
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).to.deep.equal([
      'But this',
    ]);
  });

  it('writes text', () => {
    const lines: string[] = [];
    writeLogs({ format: 'text', level: 'debug' }, (line) => lines.push(line));
    getLog('test').debug('Hello');
    expect(lines.join('')).to.match(/^\S+ \[-\] heddle\.test debug: Hello\n$/);
  });

  it('leaves a program’s own configuration alone', () => {
    const lines: string[] = [];
    using capture = new LogCapture();
    expect(writeLogs({ format: 'text', level: 'info' }, (line) => lines.push(line))).to.equal(false);
    getLog('test').info('Hello');
    expect([lines, capture.messages]).to.deep.equal([[], ['Hello']]);
  });
});
