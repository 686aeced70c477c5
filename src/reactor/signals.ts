/** The signals that stop a running reactor. */
const STOPPING = ['SIGINT', 'SIGTERM'] as const;

export type StoppingSignal = (typeof STOPPING)[number];

/** Calls `onSignal` for SIGINT and SIGTERM, beside whoever else listens. The answer ends that. */
export function onStoppingSignal(onSignal: (signal: StoppingSignal) => void): () => void {
  const listeners = STOPPING.map((signal) => {
    const listener = (): void => onSignal(signal);
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
