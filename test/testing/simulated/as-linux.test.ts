import { expect } from 'chai';
import type { EpollEventArray } from '../../../src/libc/index.js';
import { EPOLLRDHUP, EPOLL_CTL_ADD, type Libc, SO_ERROR, errno, getDriver } from '../../../src/libc/index.js';
import {
  ConformanceEnvironment,
  type LibcCall,
  LogCapture,
  type RecordedCall,
  RecordingLibc,
  SimulatedKernel,
  type SimulatedLibc,
  allCases,
  availableNeeds,
  runCase,
} from '../../../src/testing/index.js';
import { type OddAnswer, OddLibc } from '../../faults/odd-libc.js';
import { scenarios } from '../../faults/scenarios/index.js';
import { mishapsOf, textOf as mishapText } from '../../faults/mishaps.js';
import { RealSteppedKernel } from '../../faults/stepped-kernel.js';
import { torture } from '../../faults/torture.js';
import { Calls, linuxFacts } from './linux-facts/index.js';
import { replay, textOf } from './replay.js';

const real = getDriver();
const available = availableNeeds(real.libc);
const facts = linuxFacts.filter(({ needsIPv6 }) => needsIPv6 !== true || available.has('ipv6'));

/** Cases that can't be played on another kernel, and why. */
const notReplayed = new Map([
  ['over a link-local address all addresses carry the scope', 'a simulated host has no interfaces'],
  [
    'with `reusePort` several ports share one number, and together serve its clients',
    'which of several listeners a client gets is the kernel’s own choice',
  ],
]);

/** A kernel whose buffers hold whatever Linux may have taken. */
function roomyLibc(): SimulatedLibc {
  const buffers = { sendBytes: 1 << 26, receiveBytes: 1 << 25 };
  return new SimulatedKernel({ buffers }).createProcess({ descriptorLimit: 4096 }).libc;
}

function recordFact(run: (calls: Calls) => void): readonly RecordedCall[] {
  const libc = new RecordingLibc(real.libc);
  const calls = new Calls(libc);
  try {
    run(calls);
  } finally {
    calls.closeAll();
  }
  return libc.log;
}

function requireAgreement(recording: readonly RecordedCall[]): void {
  expect(recording.length, 'calls').to.be.above(5);
  expect(replay(recording, roomyLibc()).map(textOf)).to.deep.equal([]);
}

describe('The simulated kernel answers as Linux does', () => {
  for (const { name, run } of facts) {
    it(name, () => {
      requireAgreement(recordFact(run));
    });
  }
});

describe('What Linux answers in the scenarios of faults, the simulated kernel could have answered', () => {
  let log: LogCapture;
  before(() => {
    log = new LogCapture();
  });
  after(() => {
    log[Symbol.dispose]();
  });

  for (const scenario of scenarios) {
    it(`during ${scenario.name}`, () => {
      const libc = new RecordingLibc(real.libc);
      torture(new RealSteppedKernel(libc), scenario, []);
      requireAgreement(libc.log);
    });

    it(`during ${scenario.name}, when the peers reset their connections`, () => {
      const { calls } = torture(new RealSteppedKernel(), scenario, []);
      for (const mishap of mishapsOf(scenario, new Set(calls.keys()))) {
        if (mishap.kind !== 'reset') continue;
        const injection = { ...mishap, nth: 1, persist: false };
        const libc = new RecordingLibc(real.libc);
        torture(new RealSteppedKernel(libc), scenario, [injection]);
        expect(replay(libc.log, roomyLibc()).map(textOf), mishapText(injection)).to.deep.equal([]);
      }
    });
  }
});

describe('What Linux answers in the conformance cases, the simulated kernel could have answered', () => {
  for (const { title, cases } of allCases) {
    it(`about ${title}`, async function () {
      this.timeout(60_000);
      for (const testCase of cases) {
        const { name, needs = [] } = testCase;
        if (notReplayed.has(name) || !needs.every((need) => available.has(need))) continue;
        const libc = new RecordingLibc(real.libc);
        const driver = { name: libc.name, libc, createHostLoop: () => real.createHostLoop() };
        await runCase(testCase, () => new ConformanceEnvironment({ driver, needs }));
        expect(replay(libc.log, roomyLibc()).map(textOf), name).to.deep.equal([]);
      }
    });
  }
});

/** In which one point a kernel may be wrong. */
interface Mistake {
  readonly name: string;
  readonly call: LibcCall;
  readonly answer: (libc: Libc) => OddAnswer;
}

const mistakes: readonly Mistake[] = [
  {
    name: 'a close with something unread is no reset',
    call: 'close',
    answer:
      (libc) =>
      ([fd], result) => {
        while (libc.recv(fd as number, Buffer.alloc(1000), 0, 1000, 0) > 0);
        return result();
      },
  },
  {
    name: 'EPOLLRDHUP isn’t told',
    call: 'epoll_wait',
    answer:
      () =>
      ([, events], result) => {
        const array = events as EpollEventArray;
        const count = result();
        for (let i = 0; i < count; i += 1)
          array.set(i, array.events(i) & ~EPOLLRDHUP, array.low(i), array.high(i));
        return count;
      },
  },
  {
    name: 'an epoll set takes an entry twice',
    call: 'epoll_ctl',
    answer:
      () =>
      ([, operation], result) =>
        operation === EPOLL_CTL_ADD ? Math.max(0, result()) : result(),
  },
  {
    name: 'SO_ERROR is never anything',
    call: 'getsockopt',
    answer:
      () =>
      ([, , name, value], result) => {
        const answer = result();
        if (name === SO_ERROR) (value as Uint8Array).fill(0);
        return answer;
      },
  },
  {
    name: 'a refusal comes out of connect() itself',
    call: 'connect',
    answer: () => (_, result) => (result() === -errno.EINPROGRESS ? -errno.ECONNREFUSED : 0),
  },
  {
    name: 'one byte is another one',
    call: 'recv',
    answer:
      () =>
      ([, buffer], result) => {
        const n = result();
        const bytes = buffer as Uint8Array;
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        return n;
      },
  },
  {
    name: 'shutdown() of a connection that is over says 0',
    call: 'shutdown',
    answer: () => (_, result) => Math.max(0, result()),
  },
];

describe('The comparison with Linux fails', () => {
  const recordings = facts.map(({ run }) => recordFact(run));

  for (const { name, call, answer } of mistakes) {
    it(`if ${name}`, () => {
      const found = recordings.flatMap((recording) => {
        const libc = roomyLibc();
        return replay(recording, new OddLibc(libc, call, answer(libc)));
      });
      expect(found).not.to.be.empty;
    });
  }

  it('if any one answer of the recording had been another one', () => {
    for (const recording of recordings) {
      for (const [index, recorded] of recording.entries()) {
        const result = recorded.result < 0 ? -errno.EXDEV : -errno.EIO;
        const changed = [...recording.slice(0, index), { ...recorded, result }];
        expect(
          replay(changed, roomyLibc()).map((found) => found.index),
          textOf({ index, recorded, says: '?' }),
        ).to.include(index);
      }
    }
  }).timeout(60_000);
});
