import { expect } from 'chai';
import {
  AlreadyCalledError,
  CancelledError,
  Failure,
  FailureGroup,
  FirstError,
  QueueOverflow,
  QueueUnderflow,
  TimeoutError,
} from '../../src/defer/index.js';

describe('the errors of defer', () => {
  it('have their names, a message, and take a cause', () => {
    const cause = new Error('why');
    for (const [ErrorClass, name] of [
      [AlreadyCalledError, 'AlreadyCalledError'],
      [CancelledError, 'CancelledError'],
      [TimeoutError, 'TimeoutError'],
      [QueueOverflow, 'QueueOverflow'],
      [QueueUnderflow, 'QueueUnderflow'],
    ] as const) {
      const error = new ErrorClass('text', { cause });
      expect(error).to.be.instanceOf(Error).and.to.include({ name, message: 'text', cause });
      expect(new ErrorClass().message).not.to.equal('');
    }
  });

  // Twisted: FirstErrorTests.test_str, FirstErrorTests.test_repr
  it('FirstError tells which one failed and how', () => {
    const subFailure = new Failure(new RangeError('deep'));
    const error = new FirstError(subFailure, 5);
    expect(error.message).to.equal('FirstError[#5, [Failure RangeError: deep]]');
    expect(error).to.include({ name: 'FirstError', subFailure, index: 5, cause: subFailure.value });
  });

  it('FailureGroup has the failures and their values', () => {
    const failures = [new Failure('a'), new Failure('b')];
    const group = new FailureGroup(failures);
    expect(group.failures).to.equal(failures);
    expect(group.errors).to.deep.equal(['a', 'b']);
    expect(group.message).to.equal('All of 2 Deferreds failed');
  });
});
