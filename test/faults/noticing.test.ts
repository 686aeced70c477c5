import { expect } from 'chai';
import { type Libc, errno } from '../../src/libc/index.js';
import { type LibcCall, LogCapture } from '../../src/testing/index.js';
import { type OddAnswer, OddLibc } from './odd-libc.js';
import { scenarios } from './scenarios/index.js';
import { SimulatedSteppedKernel } from './stepped-kernel.js';
import { torture } from './torture.js';

interface Mistake {
  readonly name: string;
  readonly call: LibcCall;
  /** Made anew for each run. */
  readonly makeAnswer: () => OddAnswer;
  readonly scenario: string;
  /** What is found. */
  readonly finding: RegExp;
}

/** What a mistake in heddle would look like from the kernel: a call that isn't made, or made twice, or with something else. */
const mistakes: readonly Mistake[] = [
  {
    name: 'a descriptor is never closed',
    call: 'close',
    makeAnswer: () => onlyOnce(() => 0),
    scenario: 'many clients',
    finding: /descriptors left open|spins/,
  },
  {
    name: 'bytes are lost',
    call: 'recv',
    makeAnswer: () =>
      onlyOnce(([, buffer], make) => {
        const n = make();
        (buffer as Uint8Array).copyWithin(0, 1);
        return n - 1;
      }),
    scenario: 'an echo',
    finding: /is a prefix|is done/,
  },
  {
    name: 'what was sent is sent again',
    call: 'sendmsg',
    makeAnswer: () =>
      onlyOnce((_, make) => {
        make();
        return make();
      }),
    scenario: 'a large transfer',
    finding: /is done|peer received/,
  },
  {
    name: 'an end is swallowed',
    call: 'shutdown',
    makeAnswer: () => () => 0,
    scenario: 'a half-close, the server first',
    finding: /is done/,
  },
  {
    name: 'a port gives up',
    call: 'accept4',
    makeAnswer: () => onlyTheFirst(2, -errno.EINVAL),
    scenario: 'an echo',
    finding: /listens|accepts again/,
  },
  {
    name: 'a port asks again and again',
    call: 'accept4',
    makeAnswer: () => onlyTheFirst(2, -errno.EAGAIN),
    scenario: 'an echo',
    finding: /spins/,
  },
  {
    name: 'the spare descriptor is not taken back',
    call: 'eventfd',
    // The reactor's own one, and the first spare.
    makeAnswer: () => onlyTheFirst(2, -errno.EMFILE),
    scenario: 'exhaustion and recovery',
    finding: /is done|has happened/,
  },
  {
    name: 'a client never connects again',
    call: 'connect',
    makeAnswer: () => onlyTheFirst(1, -errno.ECONNREFUSED),
    scenario: 'a reconnecting client',
    finding: /is done/,
  },
];

/** Makes so many calls, and says this instead of all others. */
function onlyTheFirst(calls: number, says: number): OddAnswer {
  let made = 0;
  return (_, make) => {
    made += 1;
    return made > calls ? says : make();
  };
}

/** Does it its own way in the first call, and as it should be in all others. */
function onlyOnce(answer: OddAnswer): OddAnswer {
  let first = true;
  return (args, make) => {
    if (!first) return make();
    first = false;
    return answer(args, make);
  };
}

describe('The torture notices', () => {
  let log: LogCapture;
  before(() => {
    log = new LogCapture();
  });
  after(() => {
    log[Symbol.dispose]();
  });

  for (const { name, call, makeAnswer, scenario: wanted, finding } of mistakes) {
    it(`if ${name}`, () => {
      const scenario = scenarios.find((each) => each.name === wanted)!;
      expect(() => torture(new SimulatedSteppedKernel(), scenario, [])).not.to.throw();
      const wrap = (libc: Libc): Libc => new OddLibc(libc, call, makeAnswer());
      expect(() => torture(new SimulatedSteppedKernel(), scenario, [], wrap)).to.throw(finding);
    });
  }
});
