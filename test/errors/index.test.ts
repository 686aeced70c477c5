import { expect } from 'chai';
import * as errors from '../../src/errors/index.js';

type ErrorType = abstract new (...args: never[]) => Error;

const classes = Object.entries<unknown>(errors).filter((entry): entry is [string, ErrorType] =>
  isErrorType(entry[1]),
);

function isErrorType(value: unknown): value is ErrorType {
  return typeof value === 'function' && (value.prototype as unknown) instanceof Error;
}

describe('every error class', () => {
  it('is exported with the others', () => {
    expect(classes.map(([name]) => name)).to.include.members([
      'SystemError',
      'ConnectError',
      'ReactorNotRunning',
    ]);
  });

  for (const [name, type] of classes) {
    it(`${name} has its own name`, () => {
      expect(type.name).to.equal(name);
      expect((type.prototype as Error).name).to.equal(name);
      expect(Object.hasOwn(type.prototype as Error, 'name')).to.equal(true);
    });
  }
});
