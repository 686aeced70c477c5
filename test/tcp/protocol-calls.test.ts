import { expect } from 'chai';
import { Failure } from '../../src/defer/index.js';
import type { IProtocol } from '../../src/interfaces/index.js';
import { follow, isHalfCloseable, nameOf, tellConnectionLost } from '../../src/tcp/protocol-calls.js';
import { LogCapture, RecordingHalfCloseProtocol, RecordingProtocol } from '../../src/testing/index.js';

const nothing = (): void => {};

describe('isHalfCloseable()', () => {
  it('is true for a protocol with both callbacks', () => {
    expect(isHalfCloseable(new RecordingHalfCloseProtocol())).to.equal(true);
    expect(isHalfCloseable(new RecordingProtocol())).to.equal(false);
    expect(isHalfCloseable(Object.assign(new RecordingProtocol(), { readConnectionLost: nothing }))).to.equal(
      false,
    );
  });
});

describe('nameOf()', () => {
  class Named {
    logPrefix(): string {
      return 'its own';
    }
  }

  it('is the log prefix, or the class', () => {
    expect(nameOf(new Named())).to.equal('its own');
    expect(nameOf(new Map() as object)).to.equal('Map');
  });

  it('is a question mark for what throws or has no class', () => {
    const throwing = {
      logPrefix: () => {
        throw new Error('boom');
      },
    };

    expect(nameOf(throwing)).to.equal('?');
    expect(nameOf(Object.create(null) as object)).to.equal('?');
  });
});

describe('follow()', () => {
  it('tells of a rejection, and of nothing else', async () => {
    const told: unknown[] = [];
    const rejected = (error: unknown): void => void told.push(error);
    for (const value of [undefined, null, 1, 'text', {}, { then: 1 }, Promise.resolve(5)])
      follow(value, rejected);
    follow(Promise.reject(new Error('boom')), rejected);
    await new Promise((resolve) => setImmediate(resolve));

    expect(told.map(String)).to.deep.equal(['Error: boom']);
  });
});

describe('tellConnectionLost()', () => {
  it('hands the reason over, and never throws', () => {
    using log = new LogCapture();
    const reason = new Failure(new Error('why'));
    const protocol = new RecordingProtocol();
    tellConnectionLost(protocol, reason);
    expect(protocol.reason).to.equal(reason);

    const boom = new Error('boom');
    const throwing = {
      connectionLost: () => {
        throw boom;
      },
    };
    tellConnectionLost(throwing as unknown as IProtocol, reason);
    expect(log.errors.map(({ properties }) => properties['error'])).to.deep.equal([boom]);
  });
});
