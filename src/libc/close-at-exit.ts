/**
 * Watches of Node's loop have to be closed before the process ends: a watch that is unref'd and ready when the loop
 * ends by itself makes libuv abort. One listener on the process serves all of them, and is there only while there are any.
 */
const open = new Set<{ close(): void }>();

function closeAll(): void {
  for (const watch of [...open]) watch.close();
}

/** Closes `watch` when the process (or the worker) exits. The answer takes the request back. */
export function closeAtExit(watch: { close(): void }): () => void {
  if (open.size === 0) process.on('exit', closeAll);
  open.add(watch);
  return () => {
    if (open.delete(watch) && open.size === 0) process.off('exit', closeAll);
  };
}
