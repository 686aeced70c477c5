import { expect } from 'chai';
import { EPOLLIN, EPOLLOUT, EPOLLRDHUP } from '../../src/libc/index.js';
import { HANG_UP, OUTSIDE, READ, Registration, WRITE } from '../../src/reactor/registration.js';
import { RecordingDescriptor } from '../../src/testing/conformance/reactor-descriptor.js';

describe('Registration.mask', () => {
  const untold = {};
  const told = { hungUp: 'ended' as const };
  const over = { hungUp: 'ended' as const, over: true };
  const cases: readonly [interest: number, state: Partial<Registration>, mask: number, why: string][] = [
    [0, untold, OUTSIDE, 'nothing wanted'],
    [READ, untold, EPOLLIN, 'a reader'],
    [WRITE, untold, EPOLLOUT, 'a writer'],
    [READ | WRITE, untold, EPOLLIN | EPOLLOUT, 'both'],
    [HANG_UP, untold, EPOLLRDHUP, 'a watcher'],
    [HANG_UP, told, 0, 'a watcher that was told: HUP and ERR can still come'],
    [HANG_UP, over, OUTSIDE, 'a watcher that was told of HUP or ERR, which can not be masked'],
    [HANG_UP | READ, untold, EPOLLIN, 'a watcher that reads learns it by reading'],
    [HANG_UP | READ, over, EPOLLIN, 'a watcher that reads again'],
    [HANG_UP | WRITE, untold, EPOLLOUT | EPOLLRDHUP, 'a watcher that writes'],
    [HANG_UP | WRITE, told, EPOLLOUT, 'a watcher that writes and was told'],
    [HANG_UP | WRITE, over, EPOLLOUT, 'a watcher that writes learns the rest by writing'],
  ];
  for (const [interest, state, mask, why] of cases) {
    it(`${why}: 0x${(mask >>> 0).toString(16)}`, () => {
      const registration = new Registration(3, 1, new RecordingDescriptor(3));
      registration.interest = interest;
      Object.assign(registration, state);
      expect(registration.mask).to.equal(mask);
    });
  }
});
