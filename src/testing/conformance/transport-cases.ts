import { tcpCases } from './tcp-cases.js';
import type { TransportGroup } from './transport-case.js';

/** The cases of TCP that ask for no more than a transport and its other end, by theme. */
export const transportCases: readonly TransportGroup[] = tcpCases
  .map(({ title, cases }) => ({
    title,
    // One case for a reactor's server and one for its client have been made of each.
    cases: [...new Set(cases.flatMap(({ onTransport }) => onTransport ?? []))],
  }))
  .filter(({ cases }) => cases.length > 0);
