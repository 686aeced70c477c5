import type { ErrnoName } from '../../src/libc/index.js';
import type { LibcCall, TransferCall } from '../../src/testing/index.js';
import { type Cost, type LegalFault, legalFaults } from './legal-faults.js';
import type { NamedScenario } from './scenarios/index.js';

/** A call moves only so many bytes. */
export interface ShortTransfer extends Cost {
  readonly kind: 'short';
  readonly call: TransferCall;
  readonly bytes: number;
}

/** All peers reset their connections right before a call is made. What the call then says is the kernel's own answer. */
export interface PeerReset extends Cost {
  readonly kind: 'reset';
  readonly call: LibcCall;
}

/**
 * SO_ERROR says this: how a connect that went on in the background has ended (connect(2), EINPROGRESS). The call itself doesn't fail, so
 * it is one to itself.
 */
export interface PendingError extends Cost {
  readonly kind: 'pending';
  readonly call: 'getsockopt';
  readonly errno: ErrnoName;
}

/** Something that may go wrong at a call. */
export type Mishap = LegalFault | ShortTransfer | PeerReset | PendingError;

/** A mishap, and when it comes: at the n-th call of that name, or at that one and all later ones. */
export type Injection = Mishap & { readonly nth: number; readonly persist: boolean };

const transfers = ['recv', 'send', 'sendmsg', 'sendfile'] as const satisfies readonly TransferCall[];

/** connect(2), and what ICMP makes of it (icmp_err_convert in net/ipv4/icmp.c). */
const pendingErrors: readonly PendingError[] = (
  [
    ...(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNRESET', 'ENOPROTOOPT'] as const),
    ...(['EHOSTDOWN', 'ENONET', 'EACCES', 'EPERM', 'EPROTO'] as const),
  ] satisfies readonly ErrnoName[]
).map((errno) => ({ kind: 'pending', call: 'getsockopt', errno, effect: 'costly', lasts: true }));

function shortTransfers(leastBytes: number): readonly ShortTransfer[] {
  return transfers.flatMap((call): ShortTransfer[] => [
    { kind: 'short', call, bytes: 1, effect: 'harmless', lasts: false },
    { kind: 'short', call, bytes: leastBytes, effect: 'harmless', lasts: leastBytes === 1 },
    { kind: 'short', call, bytes: leastBytes * 2 + 1, effect: 'harmless', lasts: true },
  ]);
}

/** All that may go wrong at these calls in that scenario. */
export function mishapsOf(
  { leastBytes = 1 }: NamedScenario,
  calls: ReadonlySet<LibcCall>,
): readonly Mishap[] {
  const resets = [...calls].map((call): PeerReset => ({
    kind: 'reset',
    call,
    effect: 'costly',
    lasts: true,
  }));
  const all = [...legalFaults, ...pendingErrors, ...shortTransfers(leastBytes), ...resets];
  return all.filter(({ call }) => calls.has(call));
}

/** `recv number 2 and all later ones: ECONNRESET`. */
export function textOf(injection: Injection): string {
  const { call, nth, persist } = injection;
  return `${call} number ${nth}${persist ? ' and all later ones' : ''}: ${whatOf(injection)}`;
}

function whatOf(mishap: Mishap): string {
  switch (mishap.kind) {
    case 'errno':
      return mishap.errno;
    case 'short':
      return `at most ${mishap.bytes} bytes`;
    case 'reset':
      return 'the peers have reset';
    case 'pending':
      return `SO_ERROR says ${mishap.errno}`;
  }
}
