import { expect } from 'chai';

import { processorTimeMs } from '../../bench/harness/processor-time.js';

/** A thread that is running is charged at each tick of the kernel only. */
const TICK_MS = 10;

describe('processorTimeMs()', () => {
  it('tells what a process has used', () => {
    const before = processorTimeMs(process.pid);
    const since = process.cpuUsage();
    let sum = 0;
    while (process.cpuUsage(since).user < 50_000) sum += Math.sqrt(sum + 1);
    expect(processorTimeMs(process.pid) - before).to.be.at.least(50 - TICK_MS);
  });

  it('throws for a process that is not there', () => {
    expect(() => processorTimeMs(0)).to.throw('ENOENT');
  });
});
