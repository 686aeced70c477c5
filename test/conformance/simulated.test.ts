import { expect } from 'chai';
import {
  ConformanceEnvironment,
  SimulatedKernel,
  availableNeeds,
  nodeRound,
} from '../../src/testing/index.js';
import { describeCases } from './describe-cases.js';

/** How far the clock moves on in a round in which nothing is to be done: a real loop takes its time, too. */
const IDLE_ROUND_MS = 1;

/** A host loop that has something to do does it, and what is no affair of the kernel's (look-ups of names) goes on. */
async function round(kernel: SimulatedKernel): Promise<void> {
  if (!kernel.step()) kernel.advance(kernel.now + IDLE_ROUND_MS);
  await nodeRound();
}

describe('Conformance over the simulated kernel', () => {
  const available = availableNeeds(new SimulatedKernel().createProcess().libc);

  it('has all that the cases need but an interface: a link-local address belongs to one', () => {
    expect([...available]).to.have.members([
      'faults',
      'ipv6',
      'descriptorLimit',
      'tcpInfo',
      'garbageCollection',
    ]);
  });

  describeCases({
    available,
    makeEnvironment: (needs, signal) => {
      const kernel = new SimulatedKernel();
      const driver = kernel.createProcess();
      return new ConformanceEnvironment({ driver, needs, signal, round: () => round(kernel) });
    },
  });
});
