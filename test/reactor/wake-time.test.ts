import { expect } from 'chai';
import fc from 'fast-check';
import { Reactor } from '../../src/reactor/index.js';
import { FaultyLibc, SimulatedKernel } from '../../src/testing/index.js';

describe('The time at which a reactor asks to be woken', () => {
  it('is one at which its timer is due, whatever becomes of the last bit of seconds in ms', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (delay) => {
        const kernel = new SimulatedKernel();
        const process = kernel.createProcess();
        const libc = new FaultyLibc(process.libc);
        const reactor = new Reactor({
          driver: { name: 'counted', libc, createHostLoop: () => process.createHostLoop() },
        });
        const called: number[] = [];
        reactor.callLater(delay, () => called.push(delay));
        for (let steps = 0; steps < 6 && called.length === 0; steps += 1) kernel.advance(2e9);
        expect(called).to.deep.equal([delay]);
        // There was one turn.
        expect(libc.count('epoll_wait')).to.equal(1);
        reactor.close();
      }),
      { numRuns: 1000 },
    );
  });
});
