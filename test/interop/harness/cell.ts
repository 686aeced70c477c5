/**
 * What the programs of this folder say: one line for each cell of the matrix, as the acceptance programs do, with the peer and what was
 * exchanged in front. run.ts reads the lines and makes the table of them.
 */
import { spawnSync } from 'node:child_process';
import { FAILED, PASSED, check } from '../../acceptance/harness/check.js';
import { within } from '../../acceptance/harness/deadline.js';
import type { Exchange, Peer } from './matrix.js';

export const SKIPPED = 'skip';

/** No exchange takes as long as this on an idle machine; most take a tenth of a second. */
const EXCHANGE_MS_MAX = 20_000;

/** How a cell went. `figure` is what was seen. */
export interface Outcome {
  readonly passed: boolean;
  readonly figure: string;
}

/** Makes an exchange and prints how it went. One that throws, or doesn't end in time, has failed. */
export async function cell(
  peer: Peer,
  exchange: Exchange,
  make: () => Outcome | Promise<Outcome>,
): Promise<void> {
  const what = `${peer} | ${exchange}`;
  try {
    const outcome = await within(EXCHANGE_MS_MAX, Promise.resolve(make()));
    const { passed = false, figure = `not done within ${EXCHANGE_MS_MAX / 1000} s` } = outcome ?? {};
    check(what, passed, figure.replaceAll('\n', '; '));
  } catch (error) {
    check(what, false, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** Says aloud that a peer's cells can't be run, if its program isn't there. */
export function isMissing(program: string, debianPackage: string, ...peers: readonly Peer[]): boolean {
  if (spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0) return false;
  for (const peer of peers) skip(peer, `${program} isn't installed (Debian: ${debianPackage})`);
  return true;
}

export function skip(peer: Peer, why: string): void {
  console.log(`${SKIPPED}  ${peer}: ${why}`);
}

/** One line of a program, read again. */
export type Said =
  | { readonly kind: 'cell'; readonly peer: string; readonly exchange: string; readonly passed: boolean }
  | { readonly kind: 'skipped'; readonly peer: string };

export function read(line: string): Said | undefined {
  const [, outcome, peer = '', exchange = ''] = /^(ok {2}|FAIL) {2}(.+?) \| (.+?): /.exec(line) ?? [];
  if (outcome === PASSED || outcome === FAILED)
    return { kind: 'cell', peer, exchange, passed: outcome === PASSED };
  const [, missing] = /^skip {2}(.+?): /.exec(line) ?? [];
  return missing === undefined ? undefined : { kind: 'skipped', peer: missing };
}
