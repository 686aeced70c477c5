import { Deferred, getReactor } from '../../src/index.js';
import { TimeoutError } from '../../src/defer/index.js';

const reactor = getReactor();

// 0.02 seconds by the reactor's clock; then it is cancelled and fails with TimeoutError.
const slow = new Deferred<string>(() => console.log('cancelled'));
try {
  await slow.addTimeout(0.02, reactor);
} catch (error) {
  console.log(error instanceof TimeoutError, String(error));
}

// A default in its place:
const name = await new Deferred<string>().addTimeout(0.02, reactor, () => 'anonymous');
console.log(name);
