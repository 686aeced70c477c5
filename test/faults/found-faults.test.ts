import { expect } from 'chai';
import type { ErrnoName } from '../../src/libc/index.js';
import { type LibcCall, LogCapture } from '../../src/testing/index.js';
import { legalFaults } from './legal-faults.js';
import type { Injection } from './mishaps.js';
import { scenarios } from './scenarios/index.js';
import { RealSteppedKernel, SimulatedSteppedKernel } from './stepped-kernel.js';
import { torture } from './torture.js';

/** Mishaps that once did harm, found by a sweep or by a random handful. */
interface Found {
  readonly scenario: string;
  readonly injections: readonly Injection[];
}

const found: readonly Found[] = [
  {
    // A port that is lost asks whether its number is still a socket's, and took this answer for a no: it left the socket open.
    scenario: 'stopListening() and startListening()',
    injections: [once('getsockopt', 'ENOPROTOOPT', 1), once('accept4', 'EINVAL', 1)],
  },
  {
    // What couldn't be sent any more, after the protocol had heard of an end in order, was cut off by a FIN.
    scenario: 'an echo',
    injections: [once('send', 'ENOBUFS', 2), always('send', 'ECONNRESET', 2)],
  },
  {
    // The same, when the poller can't watch what is still to be sent.
    scenario: 'an echo',
    injections: [once('send', 'ENOMEM', 2), once('epoll_ctl', 'ENOMEM', 3)],
  },
];

function once(call: LibcCall, errno: ErrnoName, nth: number): Injection {
  const fault = legalFaults.find((legal) => legal.call === call && legal.errno === errno)!;
  return { ...fault, nth, persist: false };
}

function always(call: LibcCall, errno: ErrnoName, nth: number): Injection {
  return { ...once(call, errno, nth), persist: true };
}

describe('Faults that once did harm do none any more', () => {
  let log: LogCapture;
  before(() => {
    log = new LogCapture();
  });
  after(() => {
    log[Symbol.dispose]();
  });

  for (const { scenario: name, injections } of found) {
    const scenario = scenarios.find((each) => each.name === name)!;
    const which = injections.map((each) => `${each.call} ${'errno' in each ? each.errno : each.kind}`);
    it(`during ${name}: ${which.join(', ')}`, () => {
      for (const kernel of [new RealSteppedKernel(), new SimulatedSteppedKernel()]) {
        expect(torture(kernel, scenario, injections).met).to.equal(true);
      }
    });
  }
});
