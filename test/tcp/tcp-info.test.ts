import { expect } from 'chai';
import { SystemError } from '../../src/errors/index.js';
import { type Libc, errno } from '../../src/libc/index.js';
import { getTcpInfo } from '../../src/tcp/tcp-info.js';

/** A kernel that answers with these 32-bit fields, by offset, and as many bytes as it knows. */
function libcWith(state: number, fields: Readonly<Record<number, number>>, length = 232): Libc {
  return {
    getsockopt: (_fd: number, _level: number, _name: number, value: Buffer): number => {
      value.writeUInt8(state, 0);
      value.writeUInt8(3, 2);
      for (const [offset, field] of Object.entries(fields)) {
        if (Number(offset) < length) value.writeUInt32LE(field, Number(offset));
      }
      return length;
    },
  } as unknown as Libc;
}

const fields = {
  ...{ 8: 204_000, 16: 1448, 20: 536, 24: 11, 32: 12, 44: 13, 52: 14, 60: 1500, 68: 2500, 72: 1250 },
  ...{ 80: 10, 100: 15, 148: 2000 },
};

describe('getTcpInfo()', () => {
  // Beyond Twisted: C7
  it('tells the fields of struct tcp_info by their names, times in ms', () => {
    expect(getTcpInfo(libcWith(1, fields), 3)).to.deep.equal({
      state: 'ESTABLISHED',
      retransmits: 3,
      rttMs: 2.5,
      rttVarianceMs: 1.25,
      minRttMs: 2,
      retransmitTimeoutMs: 204,
      totalRetransmits: 15,
      unackedSegments: 11,
      lostSegments: 12,
      congestionWindow: 10,
      sendMss: 1448,
      receiveMss: 536,
      pathMtu: 1500,
      lastDataSentMs: 13,
      lastDataReceivedMs: 14,
    });
  });

  it('has 0 for what an old kernel does not know', () => {
    expect(getTcpInfo(libcWith(1, fields, 104), 3).minRttMs).to.equal(0);
  });

  it('knows every state by name', () => {
    const states = Array.from({ length: 11 }, (_, i) => getTcpInfo(libcWith(i + 1, {}), 3).state);

    expect(states.slice(0, 3)).to.deep.equal(['ESTABLISHED', 'SYN_SENT', 'SYN_RECV']);
    expect(states.slice(6)).to.deep.equal(['CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING']);
    expect(new Set(states).size).to.equal(11);
  });

  it('throws a SystemError when the kernel refuses', () => {
    const libc = { getsockopt: () => -errno.ENOTCONN } as unknown as Libc;

    expect(() => getTcpInfo(libc, 3)).to.throw(SystemError, 'ENOTCONN');
  });
});
