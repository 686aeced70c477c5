import { CancelledError, Deferred, ensureDeferred } from '../../src/index.js';

// The canceller stops what would have fired it. Then the Deferred fails with CancelledError.
const job = new Deferred<string>(() => console.log('the work is stopped'));
job.addErrback((failure) => console.log(failure.trap(CancelledError).name));
job.cancel();

// What takes an AbortSignal can have the Deferred's own:
const download = new Deferred<string>();
download.signal.addEventListener('abort', () => console.log('the download hears of it'));
download.addErrback(() => 'nothing').addCallback((text) => console.log(text));
download.cancel();

// And the other way round: an AbortSignal cancels a Deferred that is awaited.
const controller = new AbortController();
const awaiting = new Deferred<string>().toPromise({ signal: controller.signal });
controller.abort(new Error('the user left'));
try {
  await awaiting;
} catch (error) {
  if (error instanceof CancelledError) console.log(`cancelled: ${String(error.cause)}`);
}

// An async function is told by its signal, and may still clean up or give a result.
const call = ensureDeferred(async (signal) => {
  try {
    return await new Deferred<string>().toPromise({ signal });
  } catch {
    return 'what there was so far';
  }
});
call.cancel();
console.log(await call);
