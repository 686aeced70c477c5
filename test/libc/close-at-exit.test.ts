import { expect } from 'chai';
import { closeAtExit } from '../../src/libc/close-at-exit.js';

describe('closeAtExit()', () => {
  class Watch {
    closed = 0;
    readonly forget = closeAtExit(this);
    close(): void {
      this.closed += 1;
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

  it('closes what is still open when the process exits, though closing takes the request back', () => {
    const watches = [new Watch(), new Watch(), new Watch()];
    watches[1]!.forget();
    const before = new Set(listeners());
    const closeAll = exitListener();
    closeAll();
    expect(watches.map(({ closed }) => closed)).to.deep.equal([1, 0, 1]);
    expect(before.has(closeAll)).to.equal(true);
  });

  it('lets a request be taken back twice', () => {
    const [first, second] = [new Watch(), new Watch()];
    first.forget();
    first.forget();
    second.forget();
    expect(first.closed).to.equal(0);
  });

  /** closeAtExit's own listener. */
  function exitListener(): () => void {
    const found = process.listeners('exit').find(({ name }) => name === 'closeAll');
    return found as unknown as () => void;
  }
});
