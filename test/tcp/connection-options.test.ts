import { expect } from 'chai';
import type { ConnectionOptions } from '../../src/interfaces/index.js';
import { connectionLimits } from '../../src/tcp/index.js';

describe('connectionLimits()', () => {
  it('fills in what is left out', () => {
    expect(connectionLimits({})).to.deep.equal({
      writeBufferSize: 65_536,
      writeQueueLimit: Infinity,
      slowReaderTimeoutMs: Infinity,
      lingerMs: 5000,
      lingerBytes: 16 * 1024 * 1024,
    });
  });

  it('takes every limit as it is given, 0 and Infinity included', () => {
    const limits = {
      writeBufferSize: 0,
      writeQueueLimit: 1,
      slowReaderTimeoutMs: 2,
      lingerMs: Infinity,
      lingerBytes: 0,
    };

    expect(connectionLimits(limits)).to.deep.equal(limits);
  });

  it('names the limit that makes no sense', () => {
    for (const name of [
      'writeBufferSize',
      'writeQueueLimit',
      'slowReaderTimeoutMs',
      'lingerMs',
      'lingerBytes',
    ]) {
      for (const value of [-1, NaN, -Infinity]) {
        const options: ConnectionOptions = { [name]: value };
        expect(() => connectionLimits(options), `${name} ${value}`).to.throw(RangeError, name);
      }
    }
  });
});
