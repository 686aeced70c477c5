import { expect } from 'chai';
import type { IFlushable } from '../../src/interfaces/index.js';
import { Turn } from '../../src/reactor/turn.js';
import { FakeDriver } from './fake-driver.js';

function makeTurn(turnMs = 5): { turn: Turn; host: FakeDriver['host'] } {
  const { host } = new FakeDriver();
  return { turn: new Turn(host, { turnMs, slowMs: 100 }, () => {}), host };
}

/** Flushes again and again until it has been flushed so often. */
function flushable(turn: Turn, times: number, log: string[], name = 'flush'): IFlushable {
  let left = times;
  const self = {
    flush: () => {
      log.push(name);
      left -= 1;
      if (left > 0) turn.flushAtEnd(self);
    },
  };
  return self;
}

describe('Turn', () => {
  it('flushes in the order of asking, what is asked for meanwhile too', () => {
    const { turn } = makeTurn();
    const log: string[] = [];
    turn.begin(0);
    turn.flushAtEnd(flushable(turn, 2, log, 'first'));
    turn.flushAtEnd(flushable(turn, 1, log, 'second'));
    expect([turn.flush(), log]).to.deep.equal([false, ['first', 'second', 'first']]);
    expect([turn.flush(), log.length]).to.deep.equal([false, 3]);
  });

  it('leaves flushing that goes on and on to the next turn, and says so', () => {
    const { turn } = makeTurn();
    const log: string[] = [];
    turn.begin(0);
    turn.flushAtEnd(flushable(turn, 6, log));
    expect([turn.flush(), log.length]).to.deep.equal([true, 4]);
    expect([turn.flush(), log.length]).to.deep.equal([false, 6]);
  });

  it('asks the host loop for a flush outside a turn, not inside', () => {
    const { turn, host } = makeTurn();
    const log: string[] = [];
    turn.begin(0);
    turn.flushAtEnd(flushable(turn, 1, log));
    expect([turn.running, host.flushWanted, turn.hasOutput]).to.deep.equal([true, false, true]);
    turn.flush();
    turn.end();
    turn.flushAtEnd(flushable(turn, 1, log));
    expect([turn.running, host.flushWanted, turn.hasOutput]).to.deep.equal([false, true, true]);
  });

  it('has expired when its time is used up, and not before', () => {
    const { turn, host } = makeTurn(5);
    host.time = 100;
    turn.begin(100);
    host.time = 105;
    expect(turn.expired()).to.equal(false);
    host.time = 105.1;
    expect(turn.expired()).to.equal(true);
  });

  it('begins anew when it has waited', () => {
    const { turn, host } = makeTurn(5);
    turn.begin(0);
    host.time = 1000;
    turn.waited();
    expect(turn.expired()).to.equal(false);
    host.time = 1006;
    expect(turn.expired()).to.equal(true);
  });

  it('gives the next reader a fresh slab when one was handed away', () => {
    const { turn } = makeTurn();
    const { slab } = turn;
    expect(turn.slab).to.equal(slab);
    turn.replaceSlab();
    expect(turn.slab).to.not.equal(slab);
    expect(turn.slab.length).to.equal(slab.length);
  });

  it('copies what is to be kept of the slab, whatever its length, and of the new slab once there is one', () => {
    const { turn } = makeTurn();
    for (const fill of [1, 2]) {
      turn.slab.fill(fill);
      for (const length of [1, 64, 64, 512, 513, turn.slab.length]) {
        const copy = turn.copyOfSlab(length);
        expect(copy.equals(Buffer.alloc(length, fill)), `${length} bytes`).to.equal(true);
        copy.fill(9);
        expect(turn.slab[0]).to.equal(fill);
      }
      turn.replaceSlab();
    }
  });
});
