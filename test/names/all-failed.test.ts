import { expect } from 'chai';
import { ConnectionRefusedError, SystemError } from '../../src/errors/index.js';
import { allFailed } from '../../src/names/all-failed.js';

const refused = (address: string): ConnectionRefusedError =>
  new ConnectionRefusedError(new SystemError('connect', 111, { address, port: 80 }));

describe('allFailed()', () => {
  it('keeps the errors, and tells what the system said of each', () => {
    const errors = [refused('::1'), refused('127.0.0.1')];
    const error = allFailed('localhost', 80, errors);
    expect(error.errors).to.deep.equal(errors);
    expect(error.message).to.equal(
      'All 2 attempts to connect to localhost port 80 failed: ' +
        'connect ECONNREFUSED: connection refused ([::1]:80); connect ECONNREFUSED: connection refused (127.0.0.1:80)',
    );
  });

  it('tells four reasons and counts the others', () => {
    const errors = Array.from({ length: 10 }, (_, i) => new RangeError(`reason ${i}`));
    const error = allFailed('some.host', 1, errors);
    expect(error.message).to.match(/failed: reason 0; reason 1; reason 2; reason 3; and 6 more$/);
    expect(error.errors).to.have.length(10);
  });

  it('takes what is no Error as well', () => {
    expect(allFailed('a', 1, ['b', undefined]).message).to.include('failed: b; undefined');
  });
});
