import { expect } from 'chai';
import { logSystem, setLogContext, withLogContext } from '../../src/logger/index.js';

const echo = { logPrefix: () => 'Echo,1' };
const chat = { logPrefix: () => 'Chat,2' };

describe('the log context', () => {
  afterEach(() => setLogContext(undefined));

  it('`setLogContext()` sets what is at work and answers what was before', () => {
    expect(logSystem()).to.equal('-');
    expect(setLogContext(echo)).to.equal(undefined);
    expect(logSystem()).to.equal('Echo,1');
    expect(setLogContext(chat)).to.equal(echo);
    expect(logSystem()).to.equal('Chat,2');
    expect(setLogContext(undefined)).to.equal(chat);
    expect(logSystem()).to.equal('-');
  });

  it('`withLogContext()` sets it for a while, answers what the work answers, and nests', () => {
    const seen = withLogContext(echo, () => [logSystem(), withLogContext(chat, logSystem), logSystem()]);
    expect(seen).to.deep.equal(['Echo,1', 'Chat,2', 'Echo,1']);
    expect(logSystem()).to.equal('-');
  });

  it('`withLogContext()` gives it back also if the work throws', () => {
    const error = new Error('work');
    expect(() =>
      withLogContext(echo, () => {
        throw error;
      }),
    ).to.throw(error);
    expect(logSystem()).to.equal('-');
  });

  it('`logSystem()` is a question mark if the prefix cannot be had', () => {
    const broken = {
      logPrefix: (): string => {
        throw new Error('broken');
      },
    };
    expect(withLogContext(broken, logSystem)).to.equal('?');
  });
});
