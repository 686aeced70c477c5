import type { TcpConnection } from './tcp-connection.js';

/** What two TCP sockets send each other (RFC 9293), as far as a program can tell the difference. */
export type Segment =
  /** Somebody wants to connect. */
  | { readonly kind: 'syn'; readonly from: TcpConnection }
  /** Yes; by this end, which has room for so many bytes. */
  | { readonly kind: 'synAck'; readonly from: TcpConnection; readonly window: number }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  /** Nothing comes after this. */
  | { readonly kind: 'fin' }
  /** All bytes up to `received`, counted from the beginning, have come, and there is room for `window` more. */
  | { readonly kind: 'ack'; readonly received: number; readonly window: number; readonly fin: boolean }
  | { readonly kind: 'rst' };
