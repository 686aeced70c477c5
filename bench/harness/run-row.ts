import { summarize, type RowResult } from './row-result.js';
import type { Peer, Row, Sample, Settings } from './row.js';
import { rotated } from './statistics.js';

/**
 * Runs a row: in each round every peer has one turn, and the order changes from round to round, so that
 * neither a slow minute of the machine nor a place in the order falls to one of them alone.
 * A peer that fails is left out from there on, with what it had measured; `log` gets to know, aloud.
 */
export async function runRow(
  row: Row,
  rounds: number,
  settings: Settings,
  log: (line: string) => void,
): Promise<RowResult> {
  const samples = new Map<Peer, Sample[]>(row.peers.map((peer) => [peer, []]));
  const failures = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    for (const peer of rotated([...samples.keys()], round)) {
      try {
        samples.get(peer)!.push(await row.measure(peer, settings));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        samples.delete(peer);
        failures.set(peer.name, reason);
        log(`${row.name}: ${peer.name} is left out, it failed in round ${round + 1}: ${reason}`);
      }
    }
    log(`${row.name}: round ${round + 1} of ${rounds}${roundFigures(row, samples)}`);
  }
  const named = new Map([...samples].map(([peer, all]) => [peer.name, all]));
  return summarize(row, named, failures);
}

/** The first metric of each peer in the round just done. */
function roundFigures(row: Row, samples: ReadonlyMap<Peer, readonly Sample[]>): string {
  const metric = row.metrics[0]!;
  return [...samples]
    .map(([peer, all]) => `, ${peer.name} ${all.at(-1)?.[metric.name]?.toFixed(metric.digits) ?? '-'}`)
    .join('');
}
