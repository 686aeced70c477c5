import { expect } from 'chai';
import { closeAtExit } from '../../src/libc/close-at-exit.js';

// That it closes at exit is shown in node-host-loop-process.test.ts, by processes that would abort otherwise.
describe('closeAtExit()', () => {
  class Watch {
    readonly forget = closeAtExit(this);
    close(): void {
      this.forget();
    }
  }

  const listeners = (): readonly unknown[] => process.listeners('exit');

  it('has one listener on the process for all watches, and none when there are none', () => {
    // Reactors that live as long as this process have watches too; this test looks at what comes on top of them.
    const others = listeners().length;
    const watches = [new Watch(), new Watch(), new Watch()];
    expect(listeners().length).to.be.oneOf([others, others + 1]);
    for (const watch of watches) watch.forget();
    expect(listeners().length).to.equal(others);
  });

  it('keeps the listener for the others when one request is taken back twice', () => {
    const others = listeners().length;
    const [first, second] = [new Watch(), new Watch()];
    const withTwo = listeners().length;
    first.forget();
    first.forget();
    expect(listeners().length).to.equal(withTwo);
    second.forget();
    expect(listeners().length).to.equal(others);
  });
});
