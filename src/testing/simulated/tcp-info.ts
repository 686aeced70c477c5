import type { TcpState } from '../../interfaces/index.js';
import { tcpStates } from '../../tcp/tcp-info.js';

/** What TCP_INFO tells of a simulated socket. */
export interface SimulatedTcpInfo {
  readonly state: TcpState;
  /** Segments that aren't acknowledged; of a listening socket the clients that wait. */
  readonly unacknowledged: number;
  /** Of a listening socket, how many may wait. */
  readonly queueLimit: number;
  readonly segmentBytes: number;
}

const INFO_BYTES = 256;
/** The kernel's own first values, in us and segments. */
const RETRANSMIT_TIMEOUT_US = 200_000;
const ROUND_TRIP_US = 30;
const CONGESTION_WINDOW = 10;

/** Writes `struct tcp_info` (linux/tcp.h), as far as `value` has room; how many bytes that were. */
export function encodeTcpInfo(value: Uint8Array, info: SimulatedTcpInfo): number {
  const bytes = Buffer.alloc(INFO_BYTES);
  const isConnected = info.state !== 'LISTEN' && info.state !== 'CLOSE';
  bytes.writeUInt8(tcpStates.indexOf(info.state) + 1, 0);
  bytes.writeUInt32LE(RETRANSMIT_TIMEOUT_US, 8);
  bytes.writeUInt32LE(info.segmentBytes, 16);
  bytes.writeUInt32LE(info.segmentBytes, 20);
  bytes.writeUInt32LE(info.unacknowledged, 24);
  bytes.writeUInt32LE(info.queueLimit, 28);
  bytes.writeUInt32LE(info.segmentBytes + 52, 60);
  bytes.writeUInt32LE(isConnected ? ROUND_TRIP_US : 0, 68);
  bytes.writeUInt32LE(isConnected ? ROUND_TRIP_US / 2 : 0, 72);
  bytes.writeUInt32LE(CONGESTION_WINDOW, 80);
  bytes.writeUInt32LE(isConnected ? ROUND_TRIP_US : 0, 148);
  const part = bytes.subarray(0, value.length);
  value.set(part);
  return part.length;
}
