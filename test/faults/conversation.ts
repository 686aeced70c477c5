import { expect } from 'chai';
import { ConnectionDone } from '../../src/errors/index.js';
import type { Peer, RecordingProtocol } from '../../src/testing/conformance/index.js';

/** What a protocol and its peer have said to each other. */
export interface Conversation {
  readonly protocol: RecordingProtocol;
  readonly peer: Peer;
  /** All that the protocol has written, and the peer has sent. */
  readonly written: Buffer;
  readonly sent: Buffer;
}

/** Bytes arrive in order, none twice; all of them if both sides say that the connection ended in order. */
export function requireBytes({ protocol, peer, written, sent }: Conversation): void {
  requirePrefix(peer.received, written, 'what the peer received');
  requirePrefix(protocol.received, sent, 'what the protocol received');
  const clean = protocol.reason?.value instanceof ConnectionDone && peer.sawEnd && !peer.sawReset;
  if (clean) expect(peer.received.length, 'bytes received after a clean close').to.equal(written.length);
  if (protocol.readLost) expect(protocol.received.length, 'bytes before the end').to.equal(sent.length);
}

function requirePrefix(received: Buffer, whole: Buffer, what: string): void {
  expect(received.length, what).to.be.at.most(whole.length);
  expect(received.equals(whole.subarray(0, received.length)), `${what} is a prefix`).to.equal(true);
}

/** connectionLost exactly once for a connectionMade, nothing after it, no callback inside another. */
export function requireOneLife({ events, reentered }: RecordingProtocol): void {
  const made = events.filter((event) => event === 'made').length;
  expect(made, 'connectionMade').to.be.at.most(1);
  expect(events.filter((event) => event === 'lost').length, `connectionLost in ${events.join()}`).to.equal(
    made,
  );
  if (made > 0) expect(events.at(-1)).to.equal('lost');
  expect(reentered, 'callbacks inside callbacks').to.deep.equal([]);
}

/** A factory that was started is stopped, and nothing comes after that. */
export function requireBalance(events: readonly string[]): void {
  const count = (name: string): number => events.filter((event) => event === name).length;
  expect(count('stop'), `stops in ${events.join()}`).to.equal(count('start'));
  if (count('start') > 0) expect(events.at(-1)).to.equal('stop');
}
