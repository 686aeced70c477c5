import type { LogRecord } from '@logtape/logtape';
import { expect } from 'chai';
import { jsonLine, textLine } from '../../src/command/log-line.js';

function record(message: readonly unknown[], properties: Record<string, unknown> = {}): LogRecord {
  return {
    timestamp: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    level: 'warning',
    category: ['heddle', 'tcp'],
    message,
    rawMessage: '',
    properties,
  };
}

const read = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;

describe('`textLine()`', () => {
  it('is one line, with what was at work and with values in their places', () => {
    expect(textLine(record(['Port ', 80, ' of ', 'web', ''], { system: 'Chat,1' }))).to.equal(
      '2026-01-02T03:04:05.006Z [Chat,1] heddle.tcp warning: Port 80 of web\n',
    );
  });

  it('has a dash where nothing was at work', () => {
    expect(textLine(record(['Hello']))).to.include(' [-] heddle.tcp warning: Hello\n');
  });

  it('is followed by an error’s stack', () => {
    const error = new RangeError('too much');
    expect(textLine(record(['It failed: ', error, '']))).to.include(`It failed: ${error.stack!}`);
  });
});

describe('`jsonLine()`', () => {
  it('is one object in one line', () => {
    const line = jsonLine(record(['Port\n', 80, ''], { port: 80, system: '-' }));
    expect(line.indexOf('\n')).to.equal(line.length - 1);
    expect(read(line)).to.deep.equal({
      time: '2026-01-02T03:04:05.006Z',
      level: 'warning',
      category: 'heddle.tcp',
      message: 'Port\n80',
      properties: { port: 80, system: '-' },
    });
  });

  it('has an error as an object, with its code and its cause, and no stack in the message', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const error = new RangeError('too much', { cause });
    const line = jsonLine(record(['It failed: ', error, ''], { error, failure: { value: error } }));
    expect(read(line)).to.deep.include({
      message: 'It failed: RangeError: too much',
      properties: {
        error: {
          name: 'RangeError',
          message: 'too much',
          stack: error.stack,
          cause: { name: 'Error', message: 'refused', code: 'ECONNREFUSED', stack: cause.stack },
        },
      },
    });
  });

  it('has a text for whatever else JSON can’t say, and doesn’t go into objects', () => {
    const circle: Record<string, unknown> = { deep: { deeper: 1 } };
    circle['self'] = circle;
    const properties = { circle, big: 5n, infinite: Infinity, nothing: null, missing: undefined, yes: true };
    expect(read(jsonLine(record([''], properties)))['properties']).to.deep.equal({
      circle: '<ref *1> { deep: [Object], self: [Circular *1] }',
      big: '5n',
      infinite: 'Infinity',
      nothing: null,
      missing: 'undefined',
      yes: true,
    });
  });
});
