import { expect } from 'chai';
import { errno } from '../../src/libc/index.js';
import { type FaultOdds, FaultyLibc, SimulatedKernel } from '../../src/testing/index.js';

describe('FaultyLibc.odds()', () => {
  /** A pair of sockets on a kernel in memory, and what 2000 sends of ten bytes answer. */
  function sends(odds: FaultOdds, seed: number): number[] {
    const libc = new FaultyLibc(new SimulatedKernel().createProcess().libc);
    const pair = new Int32Array(2);
    expect(libc.socketpair(1, 0o2004001, 0, pair)).to.equal(0);
    const [one = -1, two = -1] = pair;
    libc.odds(odds, seed);
    const bytes = Buffer.alloc(10);
    const answers = Array.from({ length: 2000 }, () => {
      const answer = libc.send(one, bytes, 0, 10, 0);
      libc.read(two, Buffer.alloc(10), 0, 10);
      return answer;
    });
    expect(libc.injected).to.equal(answers.filter((answer) => answer !== 10).length);
    return answers;
  }

  it('makes calls fail about as often as it is told, each errno with its own likelihood', () => {
    const answers = sends({ send: { ECONNRESET: 0.1, EINTR: 0.3 } }, 1);
    const count = (wanted: number): number => answers.filter((answer) => answer === wanted).length;
    // Of 2000 draws the numbers are within 6 standard deviations of 200 and 600.
    expect(count(-errno.ECONNRESET)).to.be.within(120, 280);
    expect(count(-errno.EINTR)).to.be.within(477, 723);
    expect(count(10) + count(-errno.ECONNRESET) + count(-errno.EINTR)).to.equal(2000);
  });

  it('cuts transfers short, but never to nothing', () => {
    const answers = sends({ send: { short: 0.5 } }, 3);
    expect(Math.min(...answers)).to.equal(1);
    expect(new Set(answers).size).to.equal(10);
  });

  it('repeats itself with the same seed, and doesn’t with another one', () => {
    const odds: FaultOdds = { send: { EINTR: 0.2, short: 0.2 } };
    expect(sends(odds, 7)).to.deep.equal(sends(odds, 7));
    expect(sends(odds, 7)).not.to.deep.equal(sends(odds, 8));
  });

  it('always and never are possible', () => {
    expect(new Set(sends({ send: { EPIPE: 1 } }, 1))).to.deep.equal(new Set([-errno.EPIPE]));
    expect(new Set(sends({ send: { EPIPE: 0 } }, 1))).to.deep.equal(new Set([10]));
  });

  it('leaves what was planned before it alone, and ends with `reset()`', () => {
    const libc = new FaultyLibc(new SimulatedKernel().createProcess().libc);
    libc.fail('dup', { errno: 'ENOMEM' }).odds({ dup: { EMFILE: 1 } }, 1);
    expect(libc.dup(0)).to.equal(-errno.ENOMEM);
    expect(libc.dup(0)).to.equal(-errno.EMFILE);
    libc.reset();
    expect(libc.close(libc.dup(0))).to.equal(0);
  });

  it('cuts a gathering send short by its bytes', () => {
    const libc = new FaultyLibc(new SimulatedKernel().createProcess().libc);
    const pair = new Int32Array(2);
    libc.socketpair(1, 0o2004001, 0, pair);
    libc.odds({ sendmsg: { short: 1 } }, 5);
    const taken = Array.from({ length: 50 }, () =>
      libc.sendmsg(pair[0] ?? -1, [Buffer.alloc(4), Buffer.alloc(4), Buffer.alloc(4)], 1, 2, 2, 0),
    );
    expect(Math.min(...taken)).to.equal(1);
    expect(Math.max(...taken)).to.be.within(4, 5);
  });

  it('refuses odds that can’t be', () => {
    const libc = new FaultyLibc(new SimulatedKernel().createProcess().libc);
    expect(() => libc.odds({ recv: { EINTR: 1.1 } }, 1)).to.throw(RangeError, 'from 0 to 1');
    expect(() => libc.odds({ recv: { EINTR: NaN } }, 1)).to.throw(RangeError);
    expect(() => libc.odds({ recv: { EINTR: 0.6, EAGAIN: 0.6 } }, 1)).to.throw(RangeError, 'together');
    expect(() => libc.odds({ close: { short: 0.5 } }, 1)).to.throw(RangeError, 'no bytes');
    expect(() => libc.odds({ recv: { EWHAT: 0.5 } as never }, 1)).to.throw(RangeError, 'EWHAT');
    expect(() => libc.odds({}, -1)).to.throw(RangeError, 'seed');
  });
});
