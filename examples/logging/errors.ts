import { Deferred, fail, flushUnhandledErrors, getReactor, logError } from 'heddle';

getReactor(); // once there is a reactor, what nobody handles goes to the log

fail(new Error('Handled, but worth a line')).addErrback((failure) => void logError(failure));

const answer = new Deferred<string>();
answer.errback(new Error('Nobody has looked at this one'));
for (const failure of flushUnhandledErrors()) logError(failure);
