import { expect } from 'chai';
import { getDriver } from '../../../src/libc/index.js';
import { LogCapture, RecordingLibc, SimulatedKernel, type RecordedCall } from '../../../src/testing/index.js';
import { scenarios } from '../../faults/scenarios.js';
import { RealSteppedKernel } from '../../faults/stepped-kernel.js';
import { torture } from '../../faults/torture.js';
import { replay, textOf } from './replay.js';

function record(run: (libc: RecordingLibc) => void): readonly RecordedCall[] {
  const libc = new RecordingLibc(getDriver().libc);
  run(libc);
  return libc.log;
}

function freshLibc() {
  const kernel = new SimulatedKernel({ buffers: { sendBytes: 1 << 26, receiveBytes: 1 << 25 } });
  return kernel.createProcess({ descriptorLimit: 4096 }).libc;
}

describe('The simulated kernel answers as Linux does', () => {
  let log: LogCapture;
  before(() => {
    log = new LogCapture();
  });
  after(() => {
    log[Symbol.dispose]();
  });

  for (const { name, make } of scenarios) {
    it(`during ${name}`, () => {
      const recording = record((libc) => void torture(new RealSteppedKernel(libc), make, []));
      expect(replay(recording, freshLibc()).map(textOf)).to.deep.equal([]);
    });
  }
});
