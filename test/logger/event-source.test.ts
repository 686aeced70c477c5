import { expect } from 'chai';
import { EventSource } from '../../src/logger/index.js';
import { LogRecording } from './log-recording.js';

interface TestEvents {
  said: [what: string, times: number];
  closed: [];
}

describe('EventSource', () => {
  it('calls the listeners of an event in the order of adding, with its arguments', () => {
    const events = new EventSource<TestEvents>();
    const seen: unknown[] = [];
    events.on('said', (what, times) => seen.push(['first', what, times]));
    events.on('said', (what) => seen.push(['second', what]));
    events.on('closed', () => seen.push('closed'));
    events.emit('said', 'hello', 2);
    expect(seen).to.deep.equal([
      ['first', 'hello', 2],
      ['second', 'hello'],
    ]);
  });

  it('`once()` calls a listener for the first event only', () => {
    const events = new EventSource<TestEvents>();
    let calls = 0;
    events.once('closed', () => {
      calls += 1;
    });
    events.emit('closed');
    events.emit('closed');
    expect(calls).to.equal(1);
  });

  it('`off()` finds the listener that `on()` was given', () => {
    const events = new EventSource<TestEvents>();
    let calls = 0;
    const listener = (): void => {
      calls += 1;
    };
    events.on('closed', listener);
    expect(events.hasListeners('closed')).to.equal(true);
    events.off('closed', listener);
    expect(events.hasListeners('closed')).to.equal(false);
    events.emit('closed');
    expect(calls).to.equal(0);
  });

  it('logs once what a listener throws, and calls the others', () => {
    using recording = new LogRecording();
    const events = new EventSource<TestEvents>();
    const error = new Error('listener');
    let calls = 0;
    events.on('closed', () => {
      throw error;
    });
    events.on('closed', () => {
      calls += 1;
    });
    events.emit('closed');
    expect(calls).to.equal(1);
    expect(recording.records.map(({ properties }) => properties['error'])).to.deep.equal([error]);
  });

  it('refuses a listener that is no function, at once', () => {
    const events = new EventSource<TestEvents>();
    expect(() => events.on('closed', 'listener' as unknown as () => void)).to.throw(TypeError);
    expect(events.hasListeners('closed')).to.equal(false);
  });
});
