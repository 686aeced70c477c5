/**
 * The AbortSignals of Deferreds (`deferred.signal`). They stand beside the Deferreds since few ever have one, and not in
 * their DebugInfo: that outlives the Deferred, and a signal's listeners mostly know it.
 */
const controllers = new WeakMap<object, AbortController>();

/** The signal of `owner`, made when it is first asked for. */
export function signalOf(owner: object, aborted: boolean): AbortSignal {
  let controller = controllers.get(owner);
  if (controller === undefined) {
    controller = new AbortController();
    controllers.set(owner, controller);
    if (aborted) controller.abort();
  }
  return controller.signal;
}

/** Aborts the signal of `owner` if it has one. */
export function abortSignalOf(owner: object, reason: unknown): void {
  controllers.get(owner)?.abort(reason);
}
