import { expect } from 'chai';
import type { IFileDescriptorReservation, ShedPolicy } from '../../src/interfaces/index.js';
import {
  type ErrnoName,
  type Libc,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  type SocketAddress,
  errno,
} from '../../src/libc/index.js';
import { type Shedding, shedClients } from '../../src/tcp/shed-clients.js';

/** A listening socket whose clients come in this order, and a record of every call in the window. */
class Subject {
  readonly calls: string[] = [];
  /** What accept answers: a descriptor, or an errno; EAGAIN when there is nothing more. */
  clients: (number | ErrnoName)[] = [];
  /** What recv answers for each client, once. */
  unread = 0;
  expired = false;
  policy: ShedPolicy = 'fin';

  shed(): Shedding {
    return shedClients({
      libc: this.#libc,
      turn: {
        slab: Buffer.alloc(16),
        expired: () => this.expired,
        copyOfSlab: (length) => Buffer.alloc(length),
        replaceSlab: () => {},
        flushAtEnd: () => {},
      },
      listeningFd: 3,
      reservation: this.#reservation,
      policy: this.policy,
    });
  }

  readonly #reservation = {
    enter: () => this.calls.push('enter'),
    exit: () => this.calls.push('exit'),
  } as unknown as IFileDescriptorReservation;

  readonly #libc = {
    accept4: (fd: number, peer: SocketAddress, flags: number): number => {
      expect([fd, flags]).to.deep.equal([3, SOCK_NONBLOCK | SOCK_CLOEXEC]);
      const client = this.clients.shift() ?? 'EAGAIN';
      this.calls.push(`accept ${client}`);
      if (typeof client === 'string') return -errno[client];
      peer.setIPv4(0x7f000001, client);
      return client;
    },
    recv: (fd: number): number => {
      this.calls.push(`recv ${fd}`);
      if (this.unread === 0) return -errno.EAGAIN;
      this.unread -= 1;
      return 16;
    },
    send: (fd: number, bytes: Uint8Array, offset: number, length: number): number => {
      this.calls.push(`send ${fd} ${Buffer.from(bytes.subarray(offset, length)).toString()}`);
      return length;
    },
    shutdown: (fd: number): number => this.calls.push(`shutdown ${fd}`),
    setsockopt: (fd: number): number => this.calls.push(`linger ${fd}`),
    close: (fd: number): number => this.calls.push(`close ${fd}`),
  } as unknown as Libc;
}

const subject = (settings: Partial<Pick<Subject, 'clients' | 'unread' | 'expired' | 'policy'>>): Subject =>
  Object.assign(new Subject(), settings);

describe('shedClients()', () => {
  it('gives the spare up, turns all away who wait, and takes it back', () => {
    const shedder = subject({ clients: [7, 8] });
    const { peers, result } = shedder.shed();

    expect(shedder.calls).to.deep.equal([
      'enter',
      ...['accept 7', 'recv 7', 'close 7'],
      ...['accept 8', 'recv 8', 'close 8'],
      'accept EAGAIN',
      'exit',
    ]);
    expect(peers.map(({ port }) => port)).to.deep.equal([7, 8]);
    expect(result).to.equal(-errno.EAGAIN);
  });

  // Beyond Twisted: E5
  it('finds that nobody waits when nobody does', () => {
    const shedder = subject({});

    expect(shedder.shed()).to.deep.equal({ peers: [], result: -errno.EAGAIN });
    expect(shedder.calls).to.deep.equal(['enter', 'accept EAGAIN', 'exit']);
  });

  for (const name of ['EMFILE', 'ENFILE', 'ENOMEM', 'EBADF', 'EXDEV'] as const) {
    it(`ends at ${name}, and answers it`, () => {
      const shedder = subject({ clients: [7, name, 8] });
      const { peers, result } = shedder.shed();

      expect(peers).to.have.length(1);
      expect(result).to.equal(-errno[name]);
      expect(shedder.calls.slice(-2)).to.deep.equal([`accept ${name}`, 'exit']);
    });
  }

  it('goes on after what concerns one client only', () => {
    const shedder = subject({ clients: ['ECONNABORTED', 'EINTR', 7, 'EPERM', 8] });

    expect(shedder.shed().peers).to.have.length(2);
  });

  it('is bounded by a number of clients', () => {
    const shedder = subject({ clients: Array.from({ length: 2000 }, () => 7) });

    expect(shedder.shed().peers).to.have.length(512);
    expect(shedder.calls.at(-1)).to.equal('exit');
  });

  it('is bounded too when accept says nothing but that clients are gone', () => {
    const shedder = subject({ clients: Array.from({ length: 2000 }, () => 'ECONNABORTED' as const) });
    const { peers, result } = shedder.shed();

    expect(peers).to.deep.equal([]);
    expect(result).to.equal(-errno.ECONNABORTED);
    expect(shedder.calls).to.have.length(514);
  });

  it('turns one away in a turn that is over already, so that it gets on', () => {
    const shedder = subject({ clients: [7, 8], expired: true });

    expect(shedder.shed().peers).to.have.length(1);
  });

  describe('as the port is told to', () => {
    it('`fin`: reads what came before it closes, within bounds, for unread input would make it a reset', () => {
      const shedder = subject({ clients: [7], unread: 10 });
      shedder.shed();

      expect(shedder.calls.filter((call) => call === 'recv 7')).to.have.length(4);
      expect(shedder.calls).to.include('close 7');
    });

    it('`reset`: closes with a reset', () => {
      const shedder = subject({ clients: [7], policy: 'reset' });
      shedder.shed();

      expect(shedder.calls.slice(1, 4)).to.deep.equal(['accept 7', 'linger 7', 'close 7']);
    });

    it('a farewell: sends it and an end', () => {
      const shedder = subject({ clients: [7], policy: { farewell: Buffer.from('busy') } });
      shedder.shed();

      expect(shedder.calls.slice(1, 6)).to.deep.equal([
        'accept 7',
        'recv 7',
        'send 7 busy',
        'shutdown 7',
        'close 7',
      ]);
    });
  });
});
