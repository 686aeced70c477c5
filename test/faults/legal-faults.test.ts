import { expect } from 'chai';
import { type Libc, errno } from '../../src/libc/index.js';
import { type LibcCall, LogCapture, RecordingLibc } from '../../src/testing/index.js';
import { allCalls, legalFaults } from './legal-faults.js';
import { scenarios } from './scenarios/index.js';
import { RealSteppedKernel, SimulatedSteppedKernel } from './stepped-kernel.js';
import { torture } from './torture.js';

describe('The table of legal faults', () => {
  let log: LogCapture;
  before(() => {
    log = new LogCapture();
  });
  after(() => {
    log[Symbol.dispose]();
  });

  it('has an errno for every call that a scenario makes, but for those that never fail', () => {
    const made = new Set<LibcCall>();
    for (const scenario of scenarios) {
      for (const call of torture(new SimulatedSteppedKernel(), scenario, []).calls.keys()) made.add(call);
    }

    expect([...made].filter((call) => !allCalls.has(call))).to.deep.equal([]);
    // And nothing is in it that no scenario needs.
    expect([...allCalls].filter((call) => !made.has(call))).to.deep.equal([]);
  });

  it('says nothing twice', () => {
    const texts = legalFaults.map(({ call, errno: name }) => `${call} ${name}`);
    expect(new Set(texts).size).to.equal(texts.length);
  });

  // It isn't in the table: what is told of a connection that is still up would be a lie, and the two sides would wait for ever.
  it('needs no ENOTCONN from shutdown(): a peer that resets right before brings it about', () => {
    const scenario = scenarios.find(({ name }) => name === 'a half-close, the server first')!;
    const reset = { kind: 'reset', call: 'shutdown', effect: 'costly', lasts: true } as const;
    for (const kernel of [new RealSteppedKernel(), new SimulatedSteppedKernel()]) {
      const injection = { ...reset, nth: 1, persist: false };
      const recordings: RecordingLibc[] = [];
      const record = (libc: Libc): Libc => {
        const recording = new RecordingLibc(libc);
        recordings.push(recording);
        return recording;
      };
      torture(kernel, scenario, [injection], record);

      const [first] = recordings.flatMap(({ log: calls }) => calls).filter(({ call }) => call === 'shutdown');
      expect(first?.result, kernel.name).to.equal(-errno.ENOTCONN);
    }
  });
});
