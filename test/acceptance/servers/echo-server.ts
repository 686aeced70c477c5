/**
 * An echo server on heddle, to be run with few descriptors. It can be asked over its IPC channel how it is doing, and be
 * given faults. Its argument is the kind of reservation: `real` or `null`.
 */
import { closeSync, openSync } from 'node:fs';
import {
  Factory,
  FileDescriptorReservation,
  NullFileDescriptorReservation,
  Protocol,
  Reactor,
  getDriver,
  spareEventfd,
} from '../../../src/index.js';
import type { PortCounters, PortEvents } from '../../../src/index.js';
import type { ErrnoName } from '../../../src/libc/index.js';
import { faultyDriver } from '../../../src/testing/faulty-libc.js';
import { LogRecording } from '../../logger/log-recording.js';

export type Fault =
  /** Somebody takes the descriptor number that the reservation gives up, before accept can have it. */
  | 'stolen at once'
  /** Somebody takes it after clients were shed, before the reservation can have it back. */
  | 'stolen later'
  /** The spare descriptor can't be opened again. */
  | 'eventfd fails'
  /** accept fails in a way that the reservation can't help with. */
  | { readonly accept: ErrnoName };

/** A fault begins, the fault ends, garbage is collected, or nothing changes; in any case a report is the answer. */
export type Question =
  | { readonly fault: Fault }
  | { readonly mend: true }
  | { readonly collect: true }
  | { readonly report: true };

export interface Report {
  readonly port: number;
  readonly available: boolean;
  readonly counters: PortCounters;
  /** How often each event has come. */
  readonly events: Partial<Readonly<Record<keyof PortEvents, number>>>;
  /** What was logged at the level `warning` or above. */
  readonly log: readonly string[];
}

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

const COUNTED = ['descriptorsExhausted', 'acceptFailed', 'acceptPaused', 'clientShed', 'recovered'] as const;

const [kind] = process.argv.slice(2);
const { driver, libc } = faultyDriver(getDriver());

const recording = new LogRecording('warning');
const spare = spareEventfd(libc);
let thieving = false;
/** Opened and closed through Node, so that heddle's own accounting knows nothing of it: another thread's would look the same. */
let loot: number | undefined;

function steal(): void {
  loot = openSync('/dev/null', 'r');
}

const reservation =
  kind === 'null'
    ? new NullFileDescriptorReservation()
    : new FileDescriptorReservation({
        open: () => spare.open(),
        close(fd) {
          spare.close(fd);
          if (thieving && loot === undefined) steal();
        },
      });

const reactor = new Reactor({ driver });
const port = reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1', reservation });
const events: Partial<Record<keyof PortEvents, number>> = {};
for (const name of COUNTED) port.events.on(name, () => (events[name] = (events[name] ?? 0) + 1));

function begin(fault: Fault): void {
  if (fault === 'stolen at once') thieving = true;
  else if (fault === 'stolen later') libc.before('eventfd', steal);
  else if (fault === 'eventfd fails') libc.fail('eventfd', { errno: 'EMFILE', persist: true });
  else libc.fail('accept4', { errno: fault.accept, persist: true });
}

function mend(): void {
  thieving = false;
  libc.reset();
  if (loot !== undefined) closeSync(loot);
  loot = undefined;
}

function report(): void {
  process.send?.({
    port: port.getHost().port,
    available: reservation.available(),
    counters: port.counters,
    events,
    log: recording.messages,
  } satisfies Report);
}

process.on('message', (question: Question) => {
  if ('fault' in question) begin(question.fault);
  if ('mend' in question) mend();
  if ('collect' in question) globalThis.gc?.();
  report();
});
process.once('disconnect', () => process.exit());
report();
