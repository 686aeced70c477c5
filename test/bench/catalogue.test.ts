import { expect } from 'chai';

import { allRows, pickPeers, pickRows } from '../../bench/harness/catalogue.js';
import type { Row, Target } from '../../bench/harness/row.js';

const BESIDE_NODE: Target = { metric: 'total', of: 'heddle', against: 'node:net', atMost: 1 };
const BESIDE_C: Target = { metric: 'total', of: 'heddle', against: 'C', atMost: 1 };
const OWN: Target = { metric: 'total', of: 'heddle', atMost: 1 };

function row(name: string, peers: readonly string[] = [], targets: readonly Target[] = []): Row {
  return {
    name,
    title: name,
    peers: peers.map((peer) => ({ name: peer, command: () => [] })),
    metrics: [],
    targets,
    measure: () => Promise.reject(new Error('not to be measured')),
  };
}

const names = (rows: readonly Row[]): string[] => rows.map(({ name }) => name);
const peers = (rows: readonly Row[]): string[][] => rows.map((each) => each.peers.map(({ name }) => name));

describe('allRows()', () => {
  let rows: readonly Row[];

  // Not in the test: what compiles a file on its first import keeps descriptors.
  before(async () => {
    rows = await allRows();
  });

  it('gives each row a name of its own, and targets about its own peers and metrics', () => {
    expect(new Set(names(rows)).size).to.equal(rows.length);
    for (const each of rows) {
      const places = new Map(each.peers.map(({ name }, place) => [name, place]));
      for (const { metric, of, against } of each.targets) {
        const { compared } = each.metrics.find(({ name }) => name === metric)!;
        expect(places, each.name).to.have.any.keys(of);
        if (against === undefined) continue;
        expect(compared, each.name).to.equal(true);
        // Ratios are formed to the peers that come after one.
        expect(places.get(against), each.name).to.be.greaterThan(places.get(of)!);
      }
    }
  });
});

describe('pickRows()', () => {
  const rows = ['bulk-in', 'echo', 'echo-1k-1', 'echo-1k-64', 'idle'].map((name) => row(name));

  it('takes the rows that are named, in that order, and all for no names', () => {
    expect(names(pickRows(rows, ['idle', 'echo']))).to.deep.equal(['idle', 'echo']);
    expect(pickRows(rows, [])).to.equal(rows);
  });

  it('takes a star for any characters, also for none', () => {
    expect(names(pickRows(rows, ['echo*']))).to.deep.equal(['echo', 'echo-1k-1', 'echo-1k-64']);
    expect(names(pickRows(rows, ['*-1*']))).to.deep.equal(['echo-1k-1', 'echo-1k-64']);
    expect(names(pickRows(rows, ['e*64']))).to.deep.equal(['echo-1k-64']);
  });

  it('takes no other character for more than itself', () => {
    expect(() => pickRows(rows, ['ech.'])).to.throw(RangeError, 'There is no row ech.');
    expect(() => pickRows(rows, ['echo|idle'])).to.throw(RangeError);
  });

  it('takes a row once that is named more than once', () => {
    expect(names(pickRows(rows, ['echo-1k-64', 'echo*']))).to.deep.equal(['echo-1k-64', 'echo', 'echo-1k-1']);
  });

  it('names the rows there are when asked for another', () => {
    expect(() => pickRows(rows.slice(3), ['ehco'])).to.throw(
      RangeError,
      'There is no row ehco; there are echo-1k-64, idle',
    );
  });
});

describe('pickPeers()', () => {
  const rows = [
    row('echo', ['heddle', 'node:net', 'C'], [BESIDE_NODE, BESIDE_C, OWN]),
    row('timers', ['callLater', 'setTimeout']),
  ];

  it('leaves the rows as they are for null', () => {
    expect(pickPeers(rows, null)).to.equal(rows);
  });

  it('leaves peers out, the targets that are about them, and the rows that have no other', () => {
    const picked = pickPeers(rows, ['c', 'Heddle']);
    expect(names(picked)).to.deep.equal(['echo']);
    expect(peers(picked)).to.deep.equal([['heddle', 'C']]);
    expect(picked[0]?.targets).to.deep.equal([BESIDE_C, OWN]);
  });

  it('names the peers there are when asked for another', () => {
    expect(() => pickPeers(rows, ['heddle', 'tokio'])).to.throw(
      RangeError,
      'No row has a peer tokio; there are heddle, node:net, C, callLater, setTimeout',
    );
  });
});
