import { Failure } from '../defer/index.js';
import { ConnectionLost } from '../errors/index.js';
import type { Driver, IHostLoop } from '../libc/index.js';
import { getLog, setLogContext } from '../logger/index.js';
import { TimerQueue } from '../time/index.js';
import { lose } from './dispatch.js';
import { EpollPoller } from './epoll-poller.js';
import type { ThreadCall } from './thread-call.js';
import { type SlowCallback, Turn, type TurnLimits } from './turn.js';
import { Waker } from './waker.js';

/**
 * What a reactor does again and again: it takes turns.
 *
 * A turn goes: calls from callFromThread, due timers, changes to the kernel, ready descriptors, flushes, a stop
 * that was asked for, changes to the kernel; then the host loop is told when to come back. What is written,
 * scheduled or watched outside a turn makes a flush: the end of a turn without its beginning.
 */

const log = getLog('reactor');

/** epoll_wait takes whole milliseconds, up to this many. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

export interface LoopOptions extends TurnLimits {
  readonly driver: Driver;
  /** Ready descriptors that one turn takes at most. */
  readonly eventsPerTurn: number;
  readonly onSlow: (slow: SlowCallback) => void;
  /**
   * The reactor's life: whether the process has to stay alive for it, and who wants to know that a turn has ended.
   */
  readonly life: { readonly started: boolean; turnEnded(): void };
}

export class Loop {
  readonly timers: TimerQueue;
  readonly turn: Turn;
  readonly poller: EpollPoller;
  readonly waker: Waker;
  readonly #host: IHostLoop;
  readonly #life: LoopOptions['life'];
  #calls: ThreadCall[] = [];
  #closing = false;
  #closed = false;
  #holdsHost = false;

  /** Throws a SystemError if the descriptors that it needs can't be had; it then holds none, and no host loop. */
  constructor(options: LoopOptions) {
    const { driver, eventsPerTurn, onSlow, life } = options;
    const { libc } = driver;
    const host = driver.createHostLoop();
    const changed = (): void => this.changed();
    const timers = new TimerQueue(() => this.seconds(), { onEarlier: changed, onEmpty: changed });
    this.#host = host;
    this.#life = life;
    this.timers = timers;
    this.turn = new Turn(host, options, onSlow);
    let poller: EpollPoller | undefined;
    let waker: Waker | undefined;
    try {
      poller = new EpollPoller({
        libc,
        time: { callLater: (delay, f, ...args) => timers.callLater(delay, f, args) },
        eventsPerPoll: eventsPerTurn,
        onChange: changed,
      });
      waker = new Waker(libc);
      poller.addInternalReader(waker);
      host.start(
        poller.fileno(),
        () => this.#takeTurn(0),
        () => this.#flush(),
      );
    } catch (error) {
      host.close();
      waker?.close();
      poller?.close();
      throw error;
    }
    this.poller = poller;
    this.waker = waker;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The host loop's time in seconds. */
  seconds(): number {
    return this.#host.now() / 1000;
  }

  /** One turn, soon. */
  requestTurn(): void {
    this.#host.requestTurn();
  }

  /** Something changed that the kernel or the host loop must know before the host loop sleeps. */
  changed(): void {
    if (!this.turn.running && !this.#closed) this.#host.requestFlush();
  }

  /** Calls in the next turn, in the order of calling. */
  callFromThread(call: ThreadCall): void {
    this.#calls.push(call);
    this.#host.requestTurn();
  }

  /** A turn now, which waits up to `delay` seconds for something to happen. See {@link IReactorCore.iterate}. */
  iterate(delay: number): void {
    if (this.turn.running) throw new Error('A turn is under way: iterate() is not re-entrant');
    if (!(delay >= 0)) throw new RangeError(`The delay must be 0 s or more, not ${delay}`);
    this.#flush();
    this.#takeTurn(delay);
  }

  /** Everything watched is dropped and told so. */
  disconnectAll(): void {
    const descriptors = this.poller.getDescriptors();
    this.poller.removeAll();
    for (const descriptor of descriptors) lose(descriptor, new ConnectionLost());
  }

  /** Disconnects everything, cancels the timers and gives the loop's own descriptors back. */
  close(): void {
    // Who is told of the end may close again: that is one close.
    if (this.#closing) return;
    this.#closing = true;
    this.disconnectAll();
    // What was told of the end may have something to flush; nothing of it needs the kernel any more.
    this.turn.flush();
    this.#closed = true;
    // Who was told may have connected anew. From here on that throws, so this is the last of it.
    this.disconnectAll();
    for (const call of this.timers.pending()) call.cancel();
    this.#calls = [];
    this.#host.close();
    this.waker.close();
    this.poller.close();
  }

  /** What it throws is a fault of heddle's own; it reaches the program as an uncaught exception. */
  #takeTurn(delay: number): void {
    if (this.#closed || this.turn.running) return;
    this.turn.begin(this.#host.now());
    try {
      if (this.#calls.length > 0) this.#runCalls();
      this.timers.runDue(this.seconds(), timerThrew, this.#timerRan);
      this.poller.applyChanges();
      this.poller.poll(delay === 0 ? 0 : this.#waitMs(delay), this.turn);
    } finally {
      this.#endTurn();
    }
  }

  #flush(): void {
    if (this.#closed || this.turn.running) return;
    this.turn.begin(this.#host.now());
    this.#endTurn();
  }

  #endTurn(): void {
    try {
      if (this.turn.flush()) this.#host.requestTurn();
      this.#life.turnEnded();
      // A stop may have disconnected what then had something to say.
      if (this.turn.flush()) this.#host.requestTurn();
    } finally {
      setLogContext(undefined);
      this.turn.end();
      if (!this.#closed) this.#arrangeNextTurn();
    }
  }

  #arrangeNextTurn(): void {
    this.poller.applyChanges();
    if (this.#isClosed()) return;
    const next = this.timers.nextTime();
    this.#host.wakeAt(next === undefined ? undefined : millisecondsOf(next));
    const hold = this.poller.keepAliveCount > 0 || this.#life.started;
    if (hold === this.#holdsHost) return;
    this.#holdsHost = hold;
    if (hold) this.#host.ref();
    else this.#host.unref();
  }

  #runCalls(): void {
    const calls = this.#calls;
    this.#calls = [];
    for (const call of calls) {
      // One of them may close the reactor: then the others are as late as those of callFromThread after it.
      if (this.#isClosed()) return;
      call.run();
      this.turn.called(call);
    }
  }

  readonly #timerRan = (call: { toString(): string }): void => {
    this.turn.called(call);
  };

  /**
   * How long iterate may block: until the next timer at most, and not at all if something has happened already or
   * output waits, for which a wait would come too early.
   */
  #waitMs(delay: number): number {
    if (!this.turn.idle || this.turn.hasOutput) return 0;
    const next = this.timers.nextTime() ?? Infinity;
    const seconds = Math.max(0, Math.min(delay, next - this.seconds()));
    return Math.min(Math.ceil(seconds * 1000), LONGEST_WAIT_MS);
  }

  /** Asked again after a callback has run: TypeScript can't know that it may have closed the reactor. */
  #isClosed(): boolean {
    return this.#closed;
  }
}

function timerThrew(error: unknown, call: { toString(): string }): void {
  log.failure('A timed call threw', Failure.from(error), { call: call.toString() });
}

/**
 * A time in ms at which this time in s has come. Rounding may leave `seconds * 1000` a bit too small: a turn at that time would find
 * nothing due, and ask for the same time again.
 */
function millisecondsOf(seconds: number): number {
  const ms = seconds * 1000;
  return ms / 1000 < seconds ? ms * (1 + Number.EPSILON) : ms;
}
