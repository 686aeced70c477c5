import { MessageChannel, type MessagePort, threadId } from 'node:worker_threads';
import { type Deferred, Failure, maybeDeferred } from '../defer/index.js';
import type { IReactorCore } from '../interfaces/index.js';
import { packError } from './thread-error.js';
import {
  ANSWERS,
  type Answer,
  CLOSED,
  type Call,
  type Greeting,
  type ReactorPort,
  type ThreadFunctions,
  makeState,
} from './thread-port.js';

/**
 * The functions of this thread's reactor that other threads may call:
 *
 *     using calls = new ThreadCalls(reactor, { progress: (percent: number) => console.log(percent) });
 *     await deferToThread(work, 'crunch', calls.connect());
 *
 * The thread has `callFromThread` and `blockingCallFromThread` for its side. The calls are made in turns of the
 * reactor, in the order of each thread's calling. What a function returns, or what its Deferred or promise has in the end, is
 * sent back; an error too. Calling keeps the process alive only as far as the thread does.
 *
 * Functions can't be sent between threads, as Twisted's `reactor.callFromThread` and `blockingCallFromThread` do; hence
 * the names.
 */
export class ThreadCalls<F extends ThreadFunctions<F>> implements Disposable {
  readonly #reactor: Pick<IReactorCore, 'callFromThread'>;
  readonly #functions: F;
  readonly #connections = new Set<Connection>();
  #closed = false;

  constructor(reactor: Pick<IReactorCore, 'callFromThread'>, functions: F) {
    this.#reactor = reactor;
    this.#functions = functions;
  }

  /** How many ports are open. A thread that ends closes its own. */
  get connections(): number {
    return this.#connections.size;
  }

  /** A port for one thread. Throws an Error after `close()`. */
  connect(): ReactorPort<F> {
    if (this.#closed) throw new Error('The thread calls are closed');
    const { port1, port2 } = new MessageChannel();
    const connection = new Connection(port1, (name, args) => this.#call(name, args), this.#reactor);
    this.#connections.add(connection);
    port1.on('close', () => {
      connection.close();
      this.#connections.delete(connection);
    });
    return port2;
  }

  /**
   * Closes all ports. Calls that are under way are cancelled, and fail in their threads with ThreadCallsClosed, as all later
   * ones do.
   */
  close(): void {
    this.#closed = true;
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
  }

  /** The same as `close()`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #call(name: string, args: readonly unknown[]): unknown {
    const f: unknown = Object.hasOwn(this.#functions, name) ? this.#functions[name as keyof F] : undefined;
    if (typeof f !== 'function') throw new TypeError(`There is no function ${name} for threads to call`);
    return (f as (...given: readonly unknown[]) => unknown)(...args);
  }
}

/** The reactor's side of one port. */
class Connection {
  readonly #port: MessagePort;
  readonly #call: (name: string, args: readonly unknown[]) => unknown;
  readonly #reactor: Pick<IReactorCore, 'callFromThread'>;
  readonly #state = makeState();
  readonly #underWay = new Set<Deferred<unknown>>();
  #closed = false;

  constructor(
    port: MessagePort,
    call: (name: string, args: readonly unknown[]) => unknown,
    reactor: Pick<IReactorCore, 'callFromThread'>,
  ) {
    this.#port = port;
    this.#call = call;
    this.#reactor = reactor;
    const greeting: Greeting = { threadId, state: this.#state };
    port.postMessage(greeting);
    port.on('message', (message: Call) => this.#received(message));
    // To listen is to keep the process alive; that is the thread's affair.
    port.unref();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    Atomics.store(this.#state, CLOSED, 1);
    this.#wake();
    this.#port.close();
    for (const result of this.#underWay) result.cancel();
  }

  #received(call: Call): void {
    try {
      this.#reactor.callFromThread(() => this.#make(call));
    } catch (error) {
      // The reactor is closed.
      this.#answer({ id: call.id, error: packError(error) });
    }
  }

  #make({ id, name, args }: Call): void {
    if (this.#closed) return;
    const result = maybeDeferred(() => this.#call(name, args));
    this.#underWay.add(result);
    result.addBoth((outcome) => {
      this.#underWay.delete(result);
      if (outcome instanceof Failure) this.#answer({ id, error: packError(outcome.value) });
      else this.#answer({ id, result: outcome });
    });
  }

  #answer(answer: Answer): void {
    if (this.#closed) return;
    try {
      this.#port.postMessage(answer);
    } catch (error) {
      // The result can't be sent.
      this.#port.postMessage({ id: answer.id, error: packError(error) });
    }
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#state, ANSWERS, 1);
    Atomics.notify(this.#state, ANSWERS);
  }
}
