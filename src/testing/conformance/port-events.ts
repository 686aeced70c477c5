import type { ITCPPort } from '../../interfaces/index.js';

/** The events of a port as texts, from now on: `acceptFailed EMFILE`. Those of single connections are left out. */
export function recordPortEvents({ events }: ITCPPort): string[] {
  const told: string[] = [];
  events.on('descriptorsExhausted', (errno) => told.push(`descriptorsExhausted ${errno}`));
  events.on('clientShed', (peer) => told.push(`clientShed ${peer.toString()}`));
  events.on('acceptFailed', (errno) => told.push(`acceptFailed ${errno}`));
  events.on('acceptPaused', (retryMs) => told.push(`acceptPaused ${retryMs}`));
  events.on('recovered', ({ errno, shed, pauses }) =>
    told.push(`recovered ${errno} shed ${shed} pauses ${pauses}`),
  );
  events.on('descriptorsLow', () => told.push('descriptorsLow'));
  events.on('closed', () => told.push('closed'));
  return told;
}

/** How many clients the port's next turn may accept: Twisted's `numberAccepts`, which the interface leaves out. */
export function numberAcceptsOf(port: ITCPPort): number {
  if (!('numberAccepts' in port) || typeof port.numberAccepts !== 'number') {
    throw new TypeError('The port has no numberAccepts');
  }
  return port.numberAccepts;
}
