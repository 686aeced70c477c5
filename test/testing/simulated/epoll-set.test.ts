import { expect } from 'chai';
import { EPOLLIN, EPOLLOUT, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EpollEventArray } from '../../../src/libc/index.js';
import { SimulatedKernel } from '../../../src/testing/index.js';

const EPOLLONESHOT = 1 << 30;
const EPOLLET = 1 << 31;
const ONE = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);

describe('An epoll set of the simulated kernel', () => {
  /** A set with so many eventfds in it, all of them ready. */
  function makeSet(count: number, events: number, seed = 1) {
    const { libc } = new SimulatedKernel({ seed }).createProcess();
    const set = libc.epoll_create1(0);
    const fds = Array.from({ length: count }, () => libc.eventfd(1, 0o4000));
    for (const fd of fds) libc.epoll_ctl(set, EPOLL_CTL_ADD, fd, events, fd, 0);
    const array = new EpollEventArray(64);
    const wait = (maximum = 64): number[] => {
      const told = libc.epoll_wait(set, array, maximum, 0);
      return Array.from({ length: told }, (_, i) => array.low(i));
    };
    return { libc, set, fds, wait, array };
  }

  it('tells what is left over first the next time, so that all have their turn', () => {
    const { fds, wait } = makeSet(10, EPOLLIN);
    const rounds = [wait(4), wait(4), wait(4), wait(4), wait(4)];
    expect(new Set(rounds.slice(0, 2).flat()).size).to.equal(8);
    expect(new Set(rounds.slice(0, 3).flat()).size).to.equal(10);
    const times = fds.map((fd) => rounds.flat().filter((told) => told === fd).length);
    expect(times).to.deep.equal(fds.map(() => 2));
  });

  it('tells the events of one wait in an order that the seed decides', () => {
    const orders = [1, 2, 3, 4, 5].map((seed) => makeSet(8, EPOLLIN, seed).wait().join());
    expect(new Set(orders).size).to.be.above(1);
    expect(makeSet(8, EPOLLIN, 3).wait().join()).to.equal(orders[2]);
  });

  it('tells what was asked for edge-triggered once for each change', () => {
    const { libc, fds, wait } = makeSet(1, EPOLLIN | EPOLLET);
    const [fd = -1] = fds;
    expect(wait()).to.deep.equal(fds);
    expect(wait()).to.deep.equal([]);
    libc.write(fd, ONE, 0, 8);
    expect(wait()).to.deep.equal(fds);
    expect(wait()).to.deep.equal([]);
  });

  it('tells what was asked for as EPOLLONESHOT once, until it is asked for again', () => {
    const { libc, set, fds, wait } = makeSet(1, EPOLLIN | EPOLLONESHOT);
    const [fd = -1] = fds;
    expect(wait()).to.deep.equal(fds);
    libc.write(fd, ONE, 0, 8);
    expect(wait()).to.deep.equal([]);
    libc.epoll_ctl(set, EPOLL_CTL_MOD, fd, EPOLLOUT | EPOLLONESHOT, fd, 0);
    expect(wait()).to.deep.equal(fds);
  });

  it('lets virtual time go on while it waits', () => {
    const kernel = new SimulatedKernel();
    const { libc } = kernel.createProcess();
    const set = libc.epoll_create1(0);
    expect(libc.epoll_wait(set, new EpollEventArray(1), 1, 250)).to.equal(0);
    expect(kernel.now).to.equal(250);
    expect(() => libc.epoll_wait(set, new EpollEventArray(1), 1, -1)).to.throw(
      'block for ever (seed 1, at 250 ms)',
    );
  });
});
