/**
 * What a ClientService does when: the machine as a table, without anything that acts.
 *
 *     initial ────── start ──────> connecting <───── retry ────── waiting
 *        │                          │  │   └────── failed ──────────^ ^
 *       stop                  stop  │  connected                      │
 *        │                          │  ↓                             lost
 *        ↓                          │ connected ──────────────────────┘
 *     stopped ── start ─> connecting│  │
 *        ^                          │ stop
 *        │                          ↓  ↓
 *        └── failed, lost ──── disconnecting ── start ─> restarting ── failed, lost ─> connecting
 *                                    ^─────────── stop ──────┘
 *
 * `waiting` goes to `stopped` at a stop, since nothing has to be waited for there.
 */

export type ClientState =
  | 'initial' // Never started: who waits for a connection goes on waiting.
  | 'connecting' // An attempt is under way, or the connection is being prepared.
  | 'connected'
  | 'waiting' // For the time of the next attempt.
  | 'disconnecting' // Stopped, and the attempt or connection is still there.
  | 'restarting' // The same, and started again since.
  | 'stopped';

export type ClientEvent =
  | 'start' // startService was called.
  | 'stop' // stopService was called.
  | 'connected' // The attempt has succeeded.
  | 'failed' // The attempt has failed, and nothing is left of it.
  | 'lost' // The connection is lost.
  | 'retry'; // It is time for the next attempt.

export type ClientAction =
  | 'connect' // Begin an attempt.
  | 'announce' // Hand the protocol to who waits for it.
  | 'countFailure' // Tell who waits, as far as they want to know.
  | 'scheduleRetry'
  | 'cancelRetry'
  | 'cancelAttempt'
  | 'disconnect' // Lose the connection.
  | 'dismiss' // Tell who waits for a connection that there won't be one.
  | 'finishStop' // Tell who waits for the stop.
  | 'warnOfDuplicate';

interface ClientTransition {
  readonly to: ClientState;
  /** In their order. */
  readonly actions: readonly ClientAction[];
}

const go = (to: ClientState, ...actions: ClientAction[]): ClientTransition => ({ to, actions });

/** What isn't in a row can't happen there. */
export const clientMachine: Readonly<
  Record<ClientState, Readonly<Partial<Record<ClientEvent, ClientTransition>>>>
> = {
  initial: {
    start: go('connecting', 'connect'),
    stop: go('stopped', 'dismiss', 'finishStop'),
  },
  connecting: {
    start: go('connecting', 'warnOfDuplicate'),
    stop: go('disconnecting', 'dismiss', 'cancelAttempt'),
    connected: go('connected', 'announce'),
    failed: go('waiting', 'scheduleRetry', 'countFailure'),
  },
  connected: {
    start: go('connected', 'warnOfDuplicate'),
    stop: go('disconnecting', 'disconnect'),
    lost: go('waiting', 'scheduleRetry'),
  },
  waiting: {
    start: go('waiting', 'warnOfDuplicate'),
    stop: go('stopped', 'cancelRetry', 'dismiss', 'finishStop'),
    retry: go('connecting', 'connect'),
  },
  disconnecting: {
    start: go('restarting'),
    stop: go('disconnecting'),
    connected: go('disconnecting', 'disconnect'),
    failed: go('stopped', 'finishStop'),
    lost: go('stopped', 'finishStop'),
  },
  restarting: {
    start: go('restarting', 'warnOfDuplicate'),
    stop: go('disconnecting', 'dismiss'),
    connected: go('restarting', 'disconnect'),
    failed: go('connecting', 'finishStop', 'connect'),
    lost: go('connecting', 'finishStop', 'connect'),
  },
  stopped: {
    start: go('connecting', 'connect'),
    stop: go('stopped', 'finishStop'),
  },
};
