import type { ITCPTransport } from '../../interfaces/index.js';
import type { LogCapture } from '../log-capture.js';
import type { Drive } from './drive.js';
import type { PairOptions } from './pairs.js';
import type { Peer } from './peer.js';
import type { RecordingProtocol } from './recording-protocol.js';

/** What a transport case works with beside its pair: less than a ConformanceEnvironment, so that it also runs where there is no reactor. */
export interface TransportEnvironment {
  /** Lets the transport and its peer go on until a condition holds. */
  readonly drive: Drive;
  /** A file with these bytes, open for reading and writing; it is closed and gone after the case. */
  openFile(content: Uint8Array): number;
  /** heddle's log records since the case began. */
  readonly log: LogCapture;
}

/** What a transport case does at the other end, and sees there: a {@link Peer}, or what is made to look like one. */
export type TransportPeer = Pick<
  Peer,
  | 'send'
  | 'shutdownWrite'
  | 'stopReading'
  | 'resumeReading'
  | 'close'
  | 'reset'
  | 'received'
  | 'bytesReceived'
  | 'bytesUnsent'
  | 'sawEnd'
  | 'sawReset'
  | 'sawClose'
>;

/** A connection that has just begun: the transport, its protocol, and the other end. */
export interface TransportPair {
  /** The end that is looked at. */
  readonly transport: ITCPTransport;
  /** The protocol on it. */
  readonly protocol: RecordingProtocol;
  /** The other end. */
  readonly peer: TransportPeer;
}

/** One behaviour that every transport has to show, whatever carries its bytes. It needs no descriptor and no reactor. */
export interface TransportCase {
  /** A sentence that says the behaviour. */
  readonly name: string;
  /** The rows that the case shows. */
  readonly cites?: readonly string[];
  /** What the connection and its two ends are to be like. */
  readonly pair?: PairOptions;
  /** Shows the behaviour, or throws. */
  run(env: TransportEnvironment, pair: TransportPair): Promise<void> | void;
}

/** A theme: transport cases that stand under one heading. */
export interface TransportGroup {
  /** The heading. */
  readonly title: string;
  /** The cases under it. */
  readonly cases: readonly TransportCase[];
}
