/**
 * The colours of Okabe and Ito, which people tell apart who see few colours; the same peer has the same in all plots,
 * and in lines a shape of its own, too. Where heddle has several peers it is heddle's colour that the first one has.
 */
const HEDDLE = '#d55e00';
const NODE = '#0072b2';
const C = '#4d4d4d';
const TWISTED = '#009e73';
const GO = '#56b4e9';
const UVLOOP = '#cc79a7';
const OTHER = '#e69f00';

const COLOURS: Readonly<Record<string, string>> = {
  heddle: HEDDLE,
  callLater: HEDDLE,
  Deferred: HEDDLE,
  koffi: HEDDLE,
  'ffi-napi': NODE,
  'node:net': NODE,
  setTimeout: NODE,
  Promise: NODE,
  C,
  Twisted: TWISTED,
  Go: GO,
  uvloop: UVLOOP,
};

/** The colour of a peer; one that isn't known has the one that is left. */
export function colourOf(peer: string): string {
  return COLOURS[peer] ?? OTHER;
}

/** A scale that gives these peers their colours. */
export function colourScale(peers: readonly string[]): { domain: string[]; range: string[] } {
  return { domain: [...peers], range: peers.map(colourOf) };
}
