/**
 * Racing on a network that is broken as networks are: run in a network namespace of its own by happy-eyeballs.ts, which has set up an
 * interface with nobody at its other end (192.0.2.0/24, 2001:db8::/64) and no other route.
 */
import { getReactor } from '../../../src/index.js';
import { check, checkAtMost } from '../harness/check.js';
import { good, race } from '../harness/race-course.js';

const reactor = getReactor();
const port = good(reactor, '127.0.0.1');
const number = port.getHost().port;

const noRoute = await race(reactor, ['2001:db8:1::1', '2001:db8:1::2', '2001:db8:1::3', '127.0.0.1'], number);
check(
  'without a route for IPv6 it is IPv4',
  noRoute.host === '127.0.0.1',
  String(noRoute.host ?? noRoute.error),
);
checkAtMost('and that costs no delay', noRoute.tookMs, 200, 'ms');

for (const [what, dead] of [
  ['IPv6', ['2001:db8::9']],
  ['IPv6 and then IPv4', ['2001:db8::9', '192.0.2.9']],
] as const) {
  const { host, error, tookMs } = await race(reactor, [...dead, '127.0.0.1'], number);
  check(
    `where packets to ${what} get lost it is the address that answers`,
    host === '127.0.0.1',
    String(host ?? error),
  );
  checkAtMost(
    `after one delay for each that is dead (${dead.length})`,
    tookMs,
    dead.length * 250 + 700,
    'ms',
  );
}

await port.stopListening();
reactor.close();
