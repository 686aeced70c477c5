import { expect } from 'chai';
import { describeEachDriver } from './each-driver.js';
import { WatchedLoop, timers } from './watched-loop.js';

/** While a test waits, mocha has one timer of its own. */
const TIMERS_OF_MOCHA = 1;

describeEachDriver('NodeHostLoop: time', (driver) => {
  let own: WatchedLoop;
  beforeEach(() => (own = new WatchedLoop(driver)));
  afterEach(() => own.close());

  /** Waits until another loop, asked after `own`, has had its turn. */
  async function anotherLoopsTurn(delayMs: number): Promise<void> {
    const other = new WatchedLoop(driver);
    const turn = other.startForTurns();
    other.loop.wakeAt(other.loop.now() + delayMs);
    await turn();
    other.close();
  }

  it('`now()` goes on and never back', () => {
    const times = Array.from({ length: 1000 }, () => own.loop.now());
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).to.be.above(times[0]!);
  });

  describe('`wakeAt()`', () => {
    it('makes a turn at its time or later, never earlier', async () => {
      const { loop } = own;
      const turn = own.startForTurns();
      const early: number[] = [];
      for (let i = 0; i < 40; i += 1) {
        const time = loop.now() + (i % 10) * 0.37;
        loop.wakeAt(time);
        await turn();
        if (loop.now() < time) early.push(time - loop.now());
      }
      expect(early).to.deep.equal([]);
    });

    it('makes one turn for one time, after what is running now', async () => {
      const counts = own.startCounting();
      own.loop.wakeAt(own.loop.now() - 1);
      expect(counts.turns).to.equal(0);
      await anotherLoopsTurn(2);
      expect(counts.turns).to.equal(1);
    });

    it('replaces the time asked for before by a later one', async () => {
      const { loop } = own;
      const turn = own.startForTurns();
      const time = loop.now() + 8;
      loop.wakeAt(loop.now() + 1);
      loop.wakeAt(time);
      await turn();
      expect(loop.now()).to.be.at.least(time);
      expect(timers()).to.equal(TIMERS_OF_MOCHA);
    });

    it('replaces the time asked for before by an earlier one', async () => {
      const turn = own.startForTurns();
      own.loop.wakeAt(own.loop.now() + 1e9);
      own.loop.wakeAt(own.loop.now() + 1);
      await turn();
      expect(timers()).to.equal(TIMERS_OF_MOCHA);
    });

    it('of undefined takes the time back', async () => {
      const counts = own.startCounting();
      own.loop.wakeAt(own.loop.now() + 1);
      own.loop.wakeAt(undefined);
      await anotherLoopsTurn(3);
      expect(counts.turns).to.equal(0);
    });

    it('of undefined, and then of a later time than before, makes a turn at that', async () => {
      const { loop } = own;
      const turn = own.startForTurns();
      loop.wakeAt(loop.now() + 1);
      loop.wakeAt(undefined);
      const time = loop.now() + 4;
      loop.wakeAt(time);
      await turn();
      expect(loop.now()).to.be.at.least(time);
    });

    it('takes a time that is further away than setTimeout can count', async () => {
      const counts = own.startCounting();
      const warnings: string[] = [];
      const note = ({ name }: Error): void => void warnings.push(name);
      process.on('warning', note);
      own.loop.wakeAt(own.loop.now() + 2 ** 40);
      await anotherLoopsTurn(3);
      process.off('warning', note);
      expect({ turns: counts.turns, warnings }).to.deep.equal({ turns: 0, warnings: [] });
    });
  });
});
