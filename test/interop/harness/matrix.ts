/** Twisted's in both roles. */
const WITH_TWISTED = [
  'lines',
  'netstrings',
  'int32 strings',
  'half-close by the peer',
  'half-close by heddle',
  'reset by the peer',
  'reset by heddle',
  '60 MB both ways',
  'many connections',
] as const;

/** WebSockets. */
const WITH_WS = ['messages', 'pings', 'closing codes', '60 MB both ways', 'many connections'] as const;

/**
 * Which exchanges are made with which peers. Each cell that stands here has to be run, or its peer's programs be said to be missing;
 * run.ts looks to that.
 */
export const MATRIX = {
  'Twisted, client': WITH_TWISTED,
  'Twisted, server': WITH_TWISTED,
  nc: ['half-close by the peer', 'half-close by heddle', 'IPv6'],
  socat: [
    'half-close by the peer',
    'half-close by heddle',
    'reset by heddle',
    'reset by the peer',
    '60 MB both ways',
    'never reads',
    'IPv6',
  ],
  curl: [
    'HTTP requests',
    'HTTP nonsense',
    '60 MB both ways',
    'reset by the peer',
    'reset by heddle',
    'many connections',
    'IPv6',
  ],
  'redis-cli': ['RESP'],
  'redis-benchmark': ['RESP', 'many connections'],
  HAProxy: [
    'half-close by the peer',
    '60 MB both ways',
    'many connections',
    'health checks',
    'reset by heddle',
    'killed backend',
  ],
  'ws, client': WITH_WS,
  'ws, server': WITH_WS,
} as const;

export type Peer = keyof typeof MATRIX;
export type Exchange = (typeof MATRIX)[Peer][number];

/** What became of the cells: true or false where one was run. */
export type Results = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

/** The cells that were to be run and weren't, of the peers that `isDue` says. */
export function undone(results: Results, isDue: (peer: string) => boolean): string[] {
  return Object.entries(MATRIX)
    .filter(([peer]) => isDue(peer))
    .flatMap(([peer, exchanges]) =>
      exchanges
        .filter((exchange) => results.get(peer)?.has(exchange) !== true)
        .map((exchange) => `${peer} | ${exchange}`),
    );
}

/** The matrix in Markdown, padded so that it can be read as it stands: a row for each exchange, a column for each peer. */
export function table(results: Results): string {
  const peers = Object.keys(MATRIX) as Peer[];
  const exchanges = [...new Set<string>(Object.values(MATRIX).flat())];
  const rows = [
    ['', ...peers],
    ...exchanges.map((exchange) => [exchange, ...peers.map((peer) => mark(results, peer, exchange))]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const lines = rows.map(
    (row) => `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function mark(results: Results, peer: Peer, exchange: string): string {
  const passed = results.get(peer)?.get(exchange);
  if (passed !== undefined) return passed ? 'yes' : 'NO';
  return MATRIX[peer].some((due) => due === exchange) ? '?' : '';
}
