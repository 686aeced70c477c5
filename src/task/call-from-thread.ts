/**
 * A thread's side of {@link ThreadCalls}: it calls functions of the reactor's thread by name.
 *
 * Facts (Node's worker_threads):
 *  - A message that was sent can be taken by the other side at once: `receiveMessageOnPort` needs no event loop. So a
 *    thread that blocks in `Atomics.wait` and is woken after an answer was sent finds the answer there.
 *  - Messages to a closed port vanish, and so do those that its side hadn't read yet. A thread that blocks couldn't
 *    hear of the closing, whose event needs its event loop; hence the flag in the shared memory.
 *  - Messages that are in a port when it is handed over go with it, hence the greeting.
 */
import { type MessagePort, receiveMessageOnPort, threadId } from 'node:worker_threads';
import { unpackError } from './thread-error.js';
import type { ArgumentsOf, FunctionsOf, ResultOf } from './thread-module.js';
import { ANSWERS, type Answer, CLOSED, type Call, type Greeting, type ReactorPort } from './thread-port.js';

/** The reactor's side was closed: the call wasn't made, or its result can't come any more. */
export class ThreadCallsClosed extends Error {
  override readonly name: string = 'ThreadCallsClosed';

  constructor(message = 'The reactor’s side of the port is closed', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Calls the function `name` of the reactor's thread, in a turn of its reactor, and promises what comes of it. Arguments and
 * result are copied. Rejected with what the function throws or fails with, with ThreadCallsClosed, with a DataCloneError
 * for an argument that can't be sent. Throws a TypeError for a port that isn't from `ThreadCalls.connect()`.
 * Twisted: `reactor.callFromThread`.
 */
export function callFromThread<F, K extends FunctionsOf<F>>(
  port: ReactorPort<F>,
  name: K,
  ...args: ArgumentsOf<F, K>
): Promise<ResultOf<F, K>> {
  const caller = callerOf(port);
  return new Promise((resolve, reject) => {
    caller.call(name, args, { resolve: resolve as (result: unknown) => void, reject });
  });
}

/**
 * The same, but this thread blocks until the result is there, and gets it returned or the error thrown. Throws an Error in the
 * thread of the reactor itself, which would wait for ever. Twisted: `blockingCallFromThread`.
 */
export function blockingCallFromThread<F, K extends FunctionsOf<F>>(
  port: ReactorPort<F>,
  name: K,
  ...args: ArgumentsOf<F, K>
): ResultOf<F, K> {
  return callerOf(port).blockingCall(name, args) as ResultOf<F, K>;
}

/** What a call that blocks has got: one of the two, in a list since it may be undefined. */
interface Outcome {
  result?: [unknown];
  error?: [unknown];
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const callers = new WeakMap<MessagePort, PortCaller>();

function callerOf(port: MessagePort): PortCaller {
  const known = callers.get(port);
  if (known !== undefined) return known;
  const caller = new PortCaller(port);
  callers.set(port, caller);
  return caller;
}

/** What waits at one port. */
class PortCaller {
  readonly #port: MessagePort;
  readonly #greeting: Greeting;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(port: MessagePort) {
    const greeting = receiveMessageOnPort(port)?.message as Partial<Greeting> | undefined;
    if (!(greeting?.state instanceof Int32Array) || greeting.threadId === undefined) {
      throw new TypeError('The port must be one of ThreadCalls.connect(), which nobody else has read from');
    }
    this.#port = port;
    this.#greeting = { state: greeting.state, threadId: greeting.threadId };
    port.on('message', (answer: Answer) => this.#answered(answer));
    port.on('close', () => this.#closed());
    // It keeps this thread alive only while something is waited for.
    port.unref();
  }

  call(name: string, args: readonly unknown[], waiting: Waiting): void {
    if (this.#isClosed()) {
      waiting.reject(new ThreadCallsClosed());
      return;
    }
    this.#lastId += 1;
    const call: Call = { id: this.#lastId, name, args };
    try {
      this.#port.postMessage(call);
    } catch (error) {
      waiting.reject(error);
      return;
    }
    this.#waiting.set(call.id, waiting);
    this.#port.ref();
  }

  blockingCall(name: string, args: readonly unknown[]): unknown {
    if (this.#greeting.threadId === threadId) {
      throw new Error(
        'The reactor’s own thread would wait for itself: blockingCallFromThread() is for other threads',
      );
    }
    const outcome: Outcome = {};
    this.call(name, args, {
      resolve: (result) => (outcome.result = [result]),
      reject: (error) => (outcome.error = [error]),
    });
    this.#waitUntil(() => outcome.result !== undefined || outcome.error !== undefined);
    if (outcome.error !== undefined) throw outcome.error[0];
    return outcome.result?.[0];
  }

  #waitUntil(isThere: () => boolean): void {
    const { state } = this.#greeting;
    while (!isThere()) {
      // Both are read before the look for answers: what comes after the look ends the wait.
      const answers = Atomics.load(state, ANSWERS);
      const isClosed = this.#isClosed();
      this.#takeAnswers();
      if (isClosed) this.#closed();
      else if (!isThere()) Atomics.wait(state, ANSWERS, answers);
    }
  }

  #takeAnswers(): void {
    for (
      let got = receiveMessageOnPort(this.#port);
      got !== undefined;
      got = receiveMessageOnPort(this.#port)
    ) {
      this.#answered(got.message as Answer);
    }
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#port.unref();
    if ('error' in answer) waiting?.reject(unpackError(answer.error));
    else waiting?.resolve(answer.result);
  }

  #isClosed(): boolean {
    return Atomics.load(this.#greeting.state, CLOSED) === 1;
  }

  #closed(): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#port.unref();
    for (const waiting of all) waiting.reject(new ThreadCallsClosed());
  }
}
