import { AsyncLocalStorage } from 'node:async_hooks';
import { Deferred, keepContext } from '../../src/index.js';

const request = new AsyncLocalStorage<string>();
const deferred = new Deferred<void>();

request.run('request 1', () => {
  deferred
    .addCallback(() => console.log('plain:', request.getStore()))
    .addCallback(keepContext(() => console.log('kept:', request.getStore())));
});

request.run('request 2', () => deferred.callback());
