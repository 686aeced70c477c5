import { expect } from 'chai';
import { inspect } from 'node:util';
import { Failure } from '../../src/defer/index.js';

class NetworkError extends Error {
  override readonly name: string = 'NetworkError';
}
class TimedOut extends NetworkError {
  override readonly name: string = 'TimedOut';
}

describe('Failure', () => {
  it('keeps what was thrown and knows its class', () => {
    const error = new TimedOut('too late');
    const failure = new Failure(error);
    expect(failure.value).to.equal(error);
    expect(failure.type).to.equal(TimedOut);
  });

  it('knows the class of values that are not errors, if they have one', () => {
    expect(new Failure('text').type).to.equal(String);
    expect(new Failure(null).type).to.equal(undefined);
    expect(new Failure(undefined).type).to.equal(undefined);
    expect(new Failure(Object.create(null)).type).to.equal(undefined);
  });

  // Twisted: FailureTests.test_failureValueFromFailure
  it('takes over the value of another Failure', () => {
    const error = new Error('once');
    expect(new Failure(new Failure(error)).value).to.equal(error);
  });

  it('`from()` gives a Failure back as it is, and wraps all else', () => {
    const failure = new Failure('x');
    expect(Failure.from(failure)).to.equal(failure);
    expect(Failure.from('y').value).to.equal('y');
  });

  it('takes no stack trace of its own', () => {
    expect(Object.keys(new Failure(1))).to.deep.equal(['value']);
    expect(new Failure(1)).not.to.be.instanceOf(Error);
  });

  // Twisted: FailureTests.test_failAndTrap, FailureTests.test_ExplictPass
  it('`check()` and `trap()` give the first class that matches, base classes too', () => {
    const failure = new Failure(new TimedOut('late'));
    expect(failure.check(RangeError, NetworkError, TimedOut)).to.equal(NetworkError);
    expect(failure.trap(RangeError, TimedOut)).to.equal(TimedOut);
    expect(failure.check(RangeError)).to.equal(undefined);
    expect(failure.check()).to.equal(undefined);
  });

  // Twisted: FailureTests.test_trapRaisesWrappedException, FailureTests.test_RaiseExceptionWithTB
  it('`trap()` without a match and `raiseException()` throw the wrapped value itself, with its own stack', () => {
    const error = new TimedOut('late');
    const { stack } = error;
    const failure = new Failure(error);
    const thrown: unknown[] = [];
    for (const raise of [() => failure.trap(RangeError), () => failure.raiseException()]) {
      try {
        raise();
      } catch (caught) {
        thrown.push(caught);
      }
    }
    expect(thrown).to.have.lengthOf(2);
    expect(thrown[0]).to.equal(error);
    expect(thrown[1]).to.equal(error);
    expect(error.stack).to.equal(stack);
  });

  // Twisted: ExtendedGeneratorTests.test_throwExceptionIntoGenerator
  it('`throwExceptionIntoGenerator()` throws its value where the generator stands, and answers what comes next', () => {
    const seen: unknown[] = [];
    function* catching(): Generator<number, void> {
      try {
        yield 1;
      } catch (error) {
        seen.push(error);
        yield 2;
      }
    }
    const error = new TimedOut('late');
    const failure = new Failure(error);
    const generator = catching();
    generator.next();
    expect(failure.throwExceptionIntoGenerator(generator)).to.deep.equal({ done: false, value: 2 });
    expect(() => failure.throwExceptionIntoGenerator(catching())).to.throw(error);
    expect(seen).to.have.lengthOf(1);
    expect(seen[0]).to.equal(error);
  });

  it('`getErrorMessage()` is the message of an error, or the value as text', () => {
    expect(new Failure(new TimedOut('too late')).getErrorMessage()).to.equal('too late');
    expect(new Failure(404).getErrorMessage()).to.equal('404');
    expect(new Failure(undefined).getErrorMessage()).to.equal('undefined');
  });

  // Twisted: FailureTests.test_printBriefTraceback
  it('`getBriefTraceback()` is a title and the frames of the stack', () => {
    const [title, ...frames] = new Failure(new TimedOut('late')).getBriefTraceback().split('\n');
    expect(title).to.equal('Traceback: TimedOut: late');
    expect(frames).not.to.be.empty;
    for (const frame of frames) expect(frame).to.match(/^ {4}at /);
    expect(new Failure('a text').getBriefTraceback()).to.equal('Traceback: String: a text');
  });

  it('`getBriefTraceback()` goes on with causes and with the errors of an AggregateError, each once', () => {
    const deep = new RangeError('deep');
    const both = new AggregateError([new TypeError('first'), deep], 'both', { cause: deep });
    deep.cause = both;
    const text = new Failure(new TimedOut('late', { cause: both })).getBriefTraceback();
    expect(text.split('\n').filter((line) => !line.startsWith('    at '))).to.deep.equal([
      'Traceback: TimedOut: late',
      'Caused by: AggregateError: both',
      'Caused by: RangeError: deep',
      'Error 1: TypeError: first',
    ]);
  });

  // Twisted: FailureTests.test_printDetailedTraceback. Overridden: no variables, but everything the error has.
  it('`getTraceback()` goes as deep as it is asked to', () => {
    const error = Object.assign(new TimedOut('late'), { a: { b: { c: { d: { e: 'the depth' } } } } });
    const failure = new Failure(error);
    expect(failure.getTraceback()).not.to.contain('the depth');
    expect(failure.getTraceback({ detail: 'verbose' }))
      .to.contain("e: 'the depth'")
      .and.contain('    at ');
    expect(failure.getTraceback({ detail: 'brief' })).to.equal(failure.getBriefTraceback());
  });

  it('`print...Traceback()` write the same texts, to standard error unless told otherwise', () => {
    const failure = new Failure(new TimedOut('late'));
    const written: string[] = [];
    const file = { write: (text: string) => void written.push(text) };
    failure.printTraceback({ file });
    failure.printBriefTraceback({ file });
    failure.printDetailedTraceback({ file });
    const write = Object.getOwnPropertyDescriptor(process.stderr, 'write');
    process.stderr.write = (text: string | Uint8Array) => written.push(text.toString()) > 0;
    try {
      failure.printTraceback({ detail: 'brief' });
    } finally {
      if (write === undefined) Reflect.deleteProperty(process.stderr, 'write');
      else Object.defineProperty(process.stderr, 'write', write);
    }
    const brief = `${failure.getBriefTraceback()}\n`;
    expect(written).to.deep.equal([
      `${failure.getTraceback()}\n`,
      brief,
      `${failure.getTraceback({ detail: 'verbose' })}\n`,
      brief,
    ]);
  });

  it('`getTraceback()` and `util.inspect()` show the errors of an AggregateError', () => {
    const failure = new Failure(new AggregateError([new RangeError('one of them')], 'all'));
    expect(failure.getTraceback()).to.contain('[errors]').and.contain('RangeError: one of them');
    expect(inspect(failure)).to.contain('RangeError: one of them');
  });

  // Twisted: FailureTests.test_printTraceback. Overridden: the form is Node's own, with the causes.
  it('`getTraceback()` has the stack and the chain of causes', () => {
    const cause = new RangeError('the depth of it');
    const text = new Failure(new TimedOut('late', { cause })).getTraceback();
    expect(text).to.contain('TimedOut: late').and.to.contain('failure.test');
    expect(text).to.match(/\[cause\]: RangeError: the depth of it/);
  });

  // Twisted: FailureTests.test_repr
  it('`toString()` names class and message', () => {
    expect(new Failure(new TimedOut('late')).toString()).to.equal('[Failure TimedOut: late]');
    expect(new Failure(new TimedOut()).toString()).to.equal('[Failure TimedOut]');
    expect(new Failure(null).toString()).to.equal('[Failure null]');
  });

  it('`util.inspect()` shows the error and its causes', () => {
    const text = inspect(new Failure(new TimedOut('late', { cause: new RangeError('deep') })));
    expect(text)
      .to.match(/^Failure: TimedOut: late/)
      .and.to.contain('[cause]: RangeError: deep');
  });

  // Twisted: GetTracebackTests.test_brokenValueBriefDetail, GetTracebackTests.test_brokenValueDefaultDetail,
  // GetTracebackTests.test_brokenValueVerboseDetail, GetTracebackTests.test_brokenTypeBriefDetail,
  // GetTracebackTests.test_brokenTypeDefaultDetail, GetTracebackTests.test_brokenTypeVerboseDetail
  it('none of its texts throws, whatever the value does', () => {
    const broken = (): never => {
      throw new Error('this value throws');
    };
    class Broken extends Error {
      override toString = broken;
      override get name(): string {
        return broken();
      }
      override get message(): string {
        return broken();
      }
      override get cause(): unknown {
        return broken();
      }
      override get stack(): string {
        return broken();
      }
      [inspect.custom] = broken;
    }
    for (const value of [
      new Broken(),
      { toString: broken, [inspect.custom]: broken },
      Object.create(null) as unknown,
    ]) {
      const failure = new Failure(value);
      for (const text of [
        failure.getErrorMessage(),
        failure.getBriefTraceback(),
        failure.getTraceback(),
        failure.getTraceback({ detail: 'verbose' }),
        failure.toString(),
        inspect(failure),
      ]) {
        expect(text).to.be.a('string').that.is.not.empty;
      }
    }
  });
});
