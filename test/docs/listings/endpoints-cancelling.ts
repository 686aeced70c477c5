import { ConnectingCancelledError, HostnameEndpoint, connect, getReactor } from '../../../src/index.js';

const endpoint = new HostnameEndpoint(getReactor(), 'example.com', 80);

// By the Deferred ...
const connecting = connect(endpoint);
connecting.cancel();

// ... or by a signal: AbortSignal.timeout(2000), or one that other things listen to as well.
const stop = new AbortController();
const alsoConnecting = connect(endpoint, { signal: stop.signal });
stop.abort(new Error('we are closing'));

for (const given of [connecting, alsoConnecting]) {
  try {
    await given;
  } catch (error) {
    if (!(error instanceof ConnectingCancelledError)) throw error;
    console.log(error.message, error.cause instanceof Error ? `(${error.cause.message})` : '');
  }
}
