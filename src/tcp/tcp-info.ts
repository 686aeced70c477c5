import type { TcpInfo, TcpState } from '../interfaces/index.js';
import { IPPROTO_TCP, type Libc, TCP_INFO, checked } from '../libc/index.js';

/**
 * `struct tcp_info` (linux/tcp.h): eight bytes of small fields, then 32-bit fields from offset 8 on, then 64-bit ones from 104.
 * Newer kernels only add to its end, and fill as much as there is room for. Times are in us unless noted.
 */
const INFO_BYTES = 256;

/** The offsets of the 32-bit fields used here. */
const at = {
  rto: 8,
  sendMss: 16,
  receiveMss: 20,
  unacked: 24,
  lost: 32,
  lastDataSent: 44,
  lastDataReceived: 52,
  pathMtu: 60,
  rtt: 68,
  rttVariance: 72,
  congestionWindow: 80,
  totalRetransmits: 100,
  minRtt: 148,
} as const;

/** By number, from 1 (include/net/tcp_states.h). */
export const tcpStates: readonly TcpState[] = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
];

/** TCP_INFO of a socket. Throws a SystemError when the kernel refuses. */
export function getTcpInfo(libc: Libc, fd: number): TcpInfo {
  const bytes = Buffer.alloc(INFO_BYTES);
  checked(libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, bytes), 'getsockopt', { fd });
  const field = (name: keyof typeof at): number => bytes.readUInt32LE(at[name]);
  return {
    state: tcpStates[bytes.readUInt8(0) - 1] ?? 'CLOSE',
    retransmits: bytes.readUInt8(2),
    rttMs: field('rtt') / 1000,
    rttVarianceMs: field('rttVariance') / 1000,
    minRttMs: field('minRtt') / 1000,
    retransmitTimeoutMs: field('rto') / 1000,
    totalRetransmits: field('totalRetransmits'),
    unackedSegments: field('unacked'),
    lostSegments: field('lost'),
    congestionWindow: field('congestionWindow'),
    sendMss: field('sendMss'),
    receiveMss: field('receiveMss'),
    pathMtu: field('pathMtu'),
    lastDataSentMs: field('lastDataSent'),
    lastDataReceivedMs: field('lastDataReceived'),
  };
}
