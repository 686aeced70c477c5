import { heddleOperation, operation, operationsRow } from '../harness/operations-row.js';

const DEFERRED = 'Deferred';
const PROMISE = 'Promise';

const peers = (kind: string) => [
  heddleOperation(DEFERRED, 'defer.mjs', `deferreds${kind}`),
  operation(PROMISE, 'defer.mjs', `promises${kind}`),
];

/** What a result costs that comes later: a Deferred with a callback beside a promise with a `then`. */
export const rows = [
  operationsRow({
    name: 'defer',
    title: 'create, one callback, fire: ten thousand are made, then all are fired, then collected',
    peers: peers('Together'),
    targets: [{ metric: 'total', of: DEFERRED, against: PROMISE, atMost: 0.25 }],
  }),
  operationsRow({
    name: 'defer-single',
    title: 'create, one callback, fire: each done before the next is made',
    peers: peers('OneByOne'),
    targets: [{ metric: 'total', of: DEFERRED, against: PROMISE, atMost: 0.25 }],
  }),
  operationsRow({
    name: 'defer-await',
    title: 'create, await, fired from a microtask',
    peers: peers('Awaited'),
    targets: [],
  }),
  operationsRow({
    name: 'defer-context',
    title: 'create, one callback, fire: with keepContext()',
    peers: [
      heddleOperation('in a store', 'defer.mjs', 'contextsKeptInStore'),
      heddleOperation('no store', 'defer.mjs', 'contextsKept'),
      heddleOperation('without', 'defer.mjs', 'deferredsOneByOne'),
      operation('Promise in a store', 'defer.mjs', 'promisesInStore'),
    ],
    targets: [],
  }),
];
