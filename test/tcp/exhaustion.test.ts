import { expect } from 'chai';
import { IPv4Address } from '../../src/address/index.js';
import type { ITCPPort, PortEvents } from '../../src/interfaces/index.js';
import { errno } from '../../src/libc/index.js';
import { EventSource } from '../../src/logger/index.js';
import { Exhaustion } from '../../src/tcp/exhaustion.js';
import { LogCapture } from '../../src/testing/index.js';

const peer = (port: number): IPv4Address => new IPv4Address('TCP', '127.0.0.1', port);

class Subject {
  readonly events = new EventSource<PortEvents>();
  readonly told: unknown[][] = [];
  readonly exhaustion: Exhaustion;
  now = 100;

  constructor() {
    const port = { toString: () => '<Port>' } as ITCPPort;
    this.exhaustion = new Exhaustion(port, this.events, () => this.now);
    for (const name of [
      'descriptorsExhausted',
      'clientShed',
      'acceptFailed',
      'acceptPaused',
      'recovered',
    ] as const) {
      this.events.on(name, (...args: readonly unknown[]) => void this.told.push([name, ...args]));
    }
  }
}

describe('Exhaustion', () => {
  it('has nothing to say while clients are accepted', () => {
    using log = new LogCapture();
    const { exhaustion, told } = new Subject();
    exhaustion.accepted();

    expect(exhaustion.underWay).to.equal(false);
    expect(told).to.deep.equal([]);
    expect(log.records).to.deep.equal([]);
  });

  // Beyond Twisted: E3
  it('tells of an episode: when it begins, of every client shed and every rest, and its counts when it is over', () => {
    using log = new LogCapture();
    const subject = new Subject();
    const { exhaustion, told } = subject;
    exhaustion.shed([peer(1), peer(2)], errno.EMFILE);
    expect(exhaustion.underWay).to.equal(true);
    exhaustion.paused(errno.ENFILE, 50);
    exhaustion.shed([peer(3)], errno.EMFILE);
    exhaustion.paused(errno.EMFILE, 100);
    subject.now += 1.25;
    exhaustion.accepted();

    expect(told).to.deep.equal([
      ['descriptorsExhausted', 'EMFILE'],
      ['clientShed', peer(1)],
      ['clientShed', peer(2)],
      ['acceptFailed', 'ENFILE'],
      ['acceptPaused', 50],
      ['clientShed', peer(3)],
      ['acceptFailed', 'EMFILE'],
      ['acceptPaused', 100],
      ['recovered', { errno: 'EMFILE', shed: 3, failures: 2, pauses: 2, durationMs: 1250 }],
    ]);
    expect(exhaustion.underWay).to.equal(false);
    expect(log.records.map(({ level }) => level)).to.deep.equal(['warning', 'warning']);
    expect(log.messages[0]).to.match(/^<Port>: cannot accept clients as it should \(EMFILE\)/);
    expect(log.messages[1]).to.equal(
      '<Port>: accepting again after 1250 ms of EMFILE; clients shed: 3, pauses: 2',
    );
  });

  it('counts each episode from nothing', () => {
    using log = new LogCapture();
    const subject = new Subject();
    const { exhaustion, told } = subject;
    exhaustion.shed([peer(1)], errno.EMFILE);
    exhaustion.accepted();
    exhaustion.accepted();
    subject.now += 1;
    exhaustion.paused(errno.ENOMEM, 50);
    exhaustion.accepted();

    expect(told.filter(([name]) => name === 'recovered').map(([, episode]) => episode)).to.deep.equal([
      { errno: 'EMFILE', shed: 1, failures: 0, pauses: 0, durationMs: 0 },
      { errno: 'ENOMEM', shed: 0, failures: 1, pauses: 1, durationMs: 0 },
    ]);
    expect(log.messages).to.have.length(4);
  });

  it('logs no more than one episode in a second, and says how many it left out; events tell of all', () => {
    using log = new LogCapture();
    const subject = new Subject();
    const { exhaustion, told } = subject;
    for (let i = 0; i < 6; i += 1) {
      exhaustion.shed([peer(i)], errno.EMFILE);
      subject.now += 0.25;
      exhaustion.accepted();
    }

    expect(told.filter(([name]) => name === 'recovered')).to.have.length(6);
    expect(log.records.map(({ properties }) => properties['unlogged'])).to.deep.equal([
      0,
      undefined,
      3,
      undefined,
    ]);
  });

  it('has listeners that cannot harm it', () => {
    using log = new LogCapture();
    const { events, exhaustion, told } = new Subject();
    events.on('clientShed', () => {
      throw new Error('boom');
    });
    exhaustion.shed([peer(1), peer(2)], errno.EMFILE);

    expect(told).to.have.length(3);
    expect(log.errors).to.have.length(2);
  });
});
