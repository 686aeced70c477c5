import { fail, logError, setUnhandledErrorReporter, type Deferred, type Failure } from '../../src/index.js';

class NoSuchUser extends Error {}

function load(name: string): Deferred<string> {
  return fail(new NoSuchUser(`no ${name}`));
}

// await throws the very error:
try {
  await load('alice');
} catch (error) {
  console.log(error instanceof NoSuchUser, (error as Error).message);
}

// An errback gets a Failure around it. trap() takes what it knows, and throws all else on:
load('bob')
  .addErrback((failure: Failure) => {
    failure.trap(NoSuchUser);
    return 'nobody';
  })
  .addCallback((name) => console.log(`goes on as ${name}`));

// Who only wants to have it in the log, and let others handle it:
setUnhandledErrorReporter((failure) => console.log(`log: ${failure.getErrorMessage()}`));
load('carol')
  .addErrback(logError)
  .addErrback(() => console.log('and handled'));
