/**
 * Connecting to a host some of whose addresses are dead (RFC 8305), on real sockets: those that refuse cost next to nothing, those
 * that never answer cost a quarter of a second each and not more, and all that was begun in vain is given up.
 */
import { networkInterfaces } from 'node:os';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  ConnectingCancelledError,
  ConnectionRefusedError,
  TimeoutError,
  getReactor,
} from '../../src/index.js';
import { check, checkAtMost } from './harness/check.js';
import { command, start } from './harness/child.js';
import { settledDescriptorCount } from './harness/processes.js';
import { good, race, silent } from './harness/race-course.js';

/** RFC 8305's delay between attempts. */
const DELAY_MS = 250;
/** What a busy machine may add. Without the race each dead address would cost a second at least. */
const SLACK_MS = 700;

const reactor = getReactor();
const port = good(reactor, '127.0.0.1');
const number = port.getHost().port;
const descriptorsBefore = await settledDescriptorCount();
const rest: (() => Promise<void>)[] = [];

// ---- addresses that refuse

const refusing = Array.from({ length: 20 }, (_, i) => `127.0.1.${i + 1}`);
const hurried = await race(reactor, [...refusing, '127.0.0.1'], number);
check(
  'after twenty addresses that refuse the good one is reached',
  hurried.host === '127.0.0.1',
  String(hurried.host ?? hurried.error),
);
checkAtMost('and no delay is waited for (twenty would be 5000 ms)', hurried.tookMs, SLACK_MS, 'ms');

const refused = await race(reactor, refusing, number);
const errors = refused.error instanceof AggregateError ? (refused.error.errors as unknown[]) : [];
check(
  'where all refuse, one error has all of them',
  errors.length === refusing.length && errors.every((error) => error instanceof ConnectionRefusedError),
  `${errors.length} errors`,
);

// ---- addresses that never answer

const silentHosts = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];

for (const host of silentHosts) rest.push(await silent(reactor, host, number));

for (const dead of [silentHosts.slice(0, 1), silentHosts]) {
  const { host, error, tookMs } = await race(reactor, [...dead, '127.0.0.1'], number);
  check(
    `behind ${dead.length} that never answer the good one is reached`,
    host === '127.0.0.1',
    String(host ?? error),
  );
  check('not before their delays are over', tookMs >= dead.length * DELAY_MS - 1, `${Math.round(tookMs)} ms`);
  checkAtMost('and soon after', tookMs, dead.length * DELAY_MS + SLACK_MS, 'ms');
}

const impatient = await race(reactor, [...silentHosts, '127.0.0.1'], number, { attemptDelayMs: 20 });
check('the delay is an option', impatient.host === '127.0.0.1', String(impatient.host ?? impatient.error));
checkAtMost('and counts (three would be 750 ms)', impatient.tookMs, SLACK_MS, 'ms');

const mixed = await race(reactor, ['127.0.0.2', ...refusing, '127.0.0.1'], number);
check(
  'one that never answers and twenty that refuse cost one delay',
  mixed.host === '127.0.0.1',
  String(mixed.host ?? mixed.error),
);
checkAtMost('together', mixed.tookMs, DELAY_MS + SLACK_MS, 'ms');

// ---- giving up

const late = await race(reactor, ['127.0.0.2', '127.0.0.3'], number, { timeout: 0.4 });
check('the time-out is for all attempts together', late.error instanceof TimeoutError, String(late.error));
check('not too early', late.tookMs >= 399, `${Math.round(late.tookMs)} ms`);
checkAtMost('and not too late', late.tookMs, 400 + SLACK_MS, 'ms');

const aborted = await race(reactor, ['127.0.0.2', '127.0.0.3'], number, { signal: AbortSignal.timeout(300) });
check('a signal ends all attempts', aborted.error instanceof ConnectingCancelledError, String(aborted.error));
checkAtMost('at once', aborted.tookMs, 300 + SLACK_MS, 'ms');

// ---- both families

const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
if (hasIPv6) {
  const both = good(reactor, '::1', number);
  const six = await race(reactor, ['127.0.0.1', '::1'], number);
  check(
    'IPv6 goes first, whatever the resolver puts first',
    six.host === '::1',
    String(six.host ?? six.error),
  );
  await both.stopListening();
  rest.push(await silent(reactor, '::1', number));
  const four = await race(reactor, ['::1', '127.0.0.1'], number);
  check('where IPv6 never answers it is IPv4', four.host === '127.0.0.1', String(four.host ?? four.error));
  checkAtMost('after one delay', four.tookMs, DELAY_MS + SLACK_MS, 'ms');
}

for (const giveUp of rest) await giveUp();
const descriptorsAfter = await settledDescriptorCount();
check(
  'nothing is left open',
  descriptorsAfter === descriptorsBefore,
  `${descriptorsBefore} before, ${descriptorsAfter} after`,
);
await port.stopListening();
reactor.close();

// ---- a network without an end

/** A network namespace with an interface that leads nowhere, where such things are allowed. */
const NAMESPACE = [
  'ip link set lo up',
  'ip link add v0 type veth peer name v1',
  'ip addr add 192.0.2.1/24 dev v0',
  'ip -6 addr add 2001:db8::1/64 dev v0 nodad',
  'ip link set v0 up',
  'ip link set v1 up',
].join(' && ');

const unshare = (...words: readonly string[]): string[] => ['unshare', '-rn', 'sh', '-c', ...words];
const [program = '', ...args] = unshare(NAMESPACE);
if (hasIPv6 && spawnSync(program, args).status === 0) {
  const child = start(unshare(`${NAMESPACE} && exec "$0" "$@"`, ...command('programs/dead-routes.ts')), [
    'ignore',
    'inherit',
    'inherit',
  ]);
  const [code] = (await once(child, 'exit')) as [number | null];
  check('and so it is on a network that leads nowhere', code === 0, `exit code ${String(code)}`);
} else {
  console.log('(no network namespace to be had here: dead routes are not tried)');
}
