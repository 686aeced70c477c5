import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as immediate } from 'node:timers/promises';
import { SystemError } from '../../src/errors/index.js';
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLLIN,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  type IHostLoop,
  O_CLOEXEC,
  O_RDONLY,
} from '../../src/libc/index.js';
import { DescriptorScope, nextDescriptor } from './descriptor-scope.js';
import { describeEachDriver } from './each-driver.js';
import { runProgram } from './run-program.js';

const ONE = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);

/** Enough rounds of Node's loop for anything that was under way to arrive. */
async function rounds(count = 10): Promise<void> {
  for (let i = 0; i < count; i += 1) await immediate();
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

describeEachDriver('NodeHostLoop', (driver) => {
  const { libc } = driver;
  const scope = new DescriptorScope(libc);
  let loop: IHostLoop;
  let epoll: number;
  /** In the epoll set: makes it readable, and no longer. */
  let event: number;
  const raise = (): void => void libc.write(event, ONE, 0, 8);
  const lower = (): void => void libc.read(event, Buffer.alloc(8), 0, 8);

  function watched(): void {
    epoll = scope.keep(libc.epoll_create1(EPOLL_CLOEXEC));
    event = scope.keep(libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    expect(libc.epoll_ctl(epoll, EPOLL_CTL_ADD, event, EPOLLIN, 0, 0)).to.equal(0);
  }

  beforeEach(() => {
    loop = driver.createHostLoop();
    watched();
  });

  afterEach(() => {
    loop.close();
    scope.closeAll();
  });

  /** Starts the loop; each answer is the next turn. */
  function startForTurns(): () => Promise<void> {
    let turned = (): void => {};
    loop.start(
      epoll,
      () => turned(),
      () => {},
    );
    return () => new Promise((resolve) => (turned = resolve));
  }

  /** Starts the loop and counts. */
  function startCounting(): { turns: number; flushes: number } {
    const counts = { turns: 0, flushes: 0 };
    loop.start(
      epoll,
      () => (counts.turns += 1),
      () => (counts.flushes += 1),
    );
    return counts;
  }

  describe('the descriptor', () => {
    it('has turns while it is readable, and none when it no longer is', async () => {
      const turn = startForTurns();
      raise();
      await turn();
      await turn();
      lower();
      await rounds();
      let further = 0;
      void turn().then(() => (further += 1));
      await rounds();
      expect(further).to.equal(0);
      raise();
      await rounds();
      expect(further).to.equal(1);
    });

    it('has its turns from one loop only, where there are several', async () => {
      const first = startCounting();
      const other = driver.createHostLoop();
      const firstEvent = event;
      watched();
      let turns = 0;
      other.start(
        epoll,
        () => (turns += 1),
        () => {},
      );
      libc.write(firstEvent, ONE, 0, 8);
      await rounds();
      expect([first.turns > 0, turns > 0]).to.deep.equal([true, false]);
      other.close();
    });

    it('must be open, or `start()` throws', () => {
      const start = (): void =>
        loop.start(
          nextDescriptor(libc),
          () => {},
          () => {},
        );
      expect(start).to.throw(SystemError, 'EBADF');
    });

    it('must be one that can be polled, or `start()` throws', () => {
      const file = scope.keep(libc.open('/proc/self/status', O_RDONLY | O_CLOEXEC, 0));
      expect(() =>
        loop.start(
          file,
          () => {},
          () => {},
        ),
      ).to.throw(SystemError, 'EPERM');
    });

    it("must not be watched already, or `start()` throws; it may be again after that watch's end", async () => {
      startCounting();
      const other = driver.createHostLoop();
      let turns = 0;
      const start = (): void =>
        other.start(
          epoll,
          () => (turns += 1),
          () => {},
        );
      expect(start).to.throw(SystemError, 'EEXIST');
      loop.close();
      start();
      raise();
      await rounds();
      expect(turns).to.be.above(0);
      other.close();
    });

    it('leaves no descriptor open behind a `start()` that has thrown', () => {
      const before = libc.descriptors.open;
      expect(() =>
        loop.start(
          -1,
          () => {},
          () => {},
        ),
      ).to.throw(SystemError);
      expect(libc.descriptors.open).to.equal(before);
    });
  });

  describe('`requestTurn()`', () => {
    it('makes one turn, however often it is called, after what is running now', async () => {
      const counts = startCounting();
      loop.requestTurn();
      loop.requestTurn();
      loop.requestTurn();
      expect(counts.turns).to.equal(0);
      await rounds();
      expect(counts.turns).to.equal(1);
    });

    it('never runs its turn inside one that the descriptor has asked for', async () => {
      const depths: number[] = [];
      let depth = 0;
      loop.start(
        epoll,
        () => {
          depth += 1;
          depths.push(depth);
          lower();
          depth -= 1;
        },
        () => {},
      );
      raise();
      loop.requestTurn();
      await rounds();
      expect(depths.length).to.be.within(1, 2);
      expect(new Set(depths)).to.deep.equal(new Set([1]));
    });

    it('inside a turn asks for one after it', async () => {
      const order: string[] = [];
      loop.start(
        epoll,
        () => {
          order.push('begin');
          if (order.length < 3) loop.requestTurn();
          order.push('end');
        },
        () => {},
      );
      loop.requestTurn();
      await rounds();
      expect(order).to.deep.equal(['begin', 'end', 'begin', 'end']);
    });

    it('lets the promises of one turn go on before the next', async () => {
      const order: string[] = [];
      loop.start(
        epoll,
        () => {
          order.push('turn');
          void Promise.resolve().then(() => order.push('promise'));
          if (order.length < 3) loop.requestTurn();
        },
        () => {},
      );
      loop.requestTurn();
      await rounds();
      expect(order).to.deep.equal(['turn', 'promise', 'turn', 'promise']);
    });
  });

  describe('`wakeAt()`', () => {
    it('makes a turn at its time or later, never earlier', async () => {
      const turn = startForTurns();
      const early: number[] = [];
      for (let i = 0; i < 40; i += 1) {
        const time = loop.now() + (i % 10) * 0.37;
        loop.wakeAt(time);
        await turn();
        if (loop.now() < time) early.push(time - loop.now());
      }
      expect(early).to.deep.equal([]);
    });

    it('makes one turn for one time', async () => {
      const counts = startCounting();
      loop.wakeAt(loop.now() - 1);
      expect(counts.turns).to.equal(0);
      await anotherLoopsTurn(2);
      expect(counts.turns).to.equal(1);
    });

    it('replaces the time asked for before by a later one', async () => {
      const turn = startForTurns();
      const time = loop.now() + 8;
      loop.wakeAt(loop.now() + 1);
      loop.wakeAt(time);
      await turn();
      expect(loop.now()).to.be.at.least(time);
      expect(timers()).to.equal(timersOfMocha);
    });

    it('replaces the time asked for before by an earlier one', async () => {
      const turn = startForTurns();
      loop.wakeAt(loop.now() + 1e9);
      loop.wakeAt(loop.now() + 1);
      await turn();
      expect(timers()).to.equal(timersOfMocha);
    });

    it('of undefined takes the time back', async () => {
      const counts = startCounting();
      loop.wakeAt(loop.now() + 1);
      loop.wakeAt(undefined);
      await anotherLoopsTurn(3);
      expect(counts.turns).to.equal(0);
    });

    it('of undefined, and then a later time than before, makes a turn at that', async () => {
      const turn = startForTurns();
      loop.wakeAt(loop.now() + 1);
      loop.wakeAt(undefined);
      const time = loop.now() + 4;
      loop.wakeAt(time);
      await turn();
      expect(loop.now()).to.be.at.least(time);
    });

    it('takes a time that is further away than setTimeout can count', async () => {
      const counts = startCounting();
      const warnings: string[] = [];
      const note = ({ name }: Error): void => void warnings.push(name);
      process.on('warning', note);
      loop.wakeAt(loop.now() + 2 ** 40);
      await anotherLoopsTurn(3);
      process.off('warning', note);
      expect({ turns: counts.turns, warnings }).to.deep.equal({ turns: 0, warnings: [] });
    });

    /** While a test waits, mocha has one timer of its own. */
    const timersOfMocha = 1;

    /** Waits until another loop, asked last, has had its turn. */
    async function anotherLoopsTurn(delayMs: number): Promise<void> {
      const other = driver.createHostLoop();
      watched();
      await new Promise<void>((resolve) => {
        other.start(epoll, resolve, () => {});
        other.wakeAt(other.now() + delayMs);
      });
      other.close();
    }
  });

  describe('`requestFlush()`', () => {
    it('makes one flush, however often it is called, before the loop does anything else', async () => {
      const order: string[] = [];
      loop.start(
        epoll,
        () => order.push('turn'),
        () => order.push('flush'),
      );
      await new Promise<void>((resolve) => {
        setImmediate(() => {
          loop.requestFlush();
          loop.requestFlush();
          order.push('running');
        });
        setImmediate(() => {
          order.push('next');
          resolve();
        });
      });
      expect(order).to.deep.equal(['running', 'flush', 'next']);
    });

    it('inside a flush asks for one after it', async () => {
      const order: string[] = [];
      loop.start(
        epoll,
        () => {},
        () => {
          order.push('begin');
          if (order.length < 3) loop.requestFlush();
          order.push('end');
        },
      );
      loop.requestFlush();
      await rounds();
      expect(order).to.deep.equal(['begin', 'end', 'begin', 'end']);
    });
  });

  describe('`close()`', () => {
    it('leaves no turn, no flush and no timer behind, whatever was asked for', async () => {
      const counts = startCounting();
      raise();
      loop.requestTurn();
      loop.requestFlush();
      loop.wakeAt(loop.now());
      loop.close();
      await rounds();
      expect(counts).to.deep.equal({ turns: 0, flushes: 0 });
    });

    it('makes all later calls do nothing, `close()` itself too', async () => {
      const counts = startCounting();
      const before = timers();
      loop.close();
      loop.close();
      loop.ref();
      loop.unref();
      loop.requestTurn();
      loop.requestFlush();
      loop.wakeAt(loop.now() + 1e9);
      loop.wakeAt(undefined);
      expect(timers()).to.equal(before);
      await rounds();
      expect(counts).to.deep.equal({ turns: 0, flushes: 0 });
    });

    it('inside a turn makes it the last', async () => {
      let turns = 0;
      loop.start(
        epoll,
        () => {
          turns += 1;
          loop.requestTurn();
          loop.close();
        },
        () => {},
      );
      raise();
      await rounds();
      expect(turns).to.equal(1);
    });

    it('frees the number for a watch of whatever descriptor gets it next', async () => {
      for (let i = 0; i < 20; i += 1) {
        const counts = startCounting();
        raise();
        while (counts.turns === 0) await immediate();
        expect(counts.turns).to.equal(1);
        loop.close();
        scope.closeAll();
        loop = driver.createHostLoop();
        watched();
      }
    });
  });

  // What a turn runs belongs to no request: its context must not be that of whoever happened to ask for the turn.
  it('starts turns and flushes in a clean async context', async () => {
    const storage = new AsyncLocalStorage<string>();
    const stores = new Set<string | undefined>();
    let calls = 0;
    const note = (): void => {
      calls += 1;
      stores.add(storage.getStore());
    };
    loop.start(epoll, note, note);
    storage.run('of a request', () => {
      loop.requestTurn();
      loop.requestFlush();
      loop.wakeAt(loop.now());
    });
    while (calls < 3) await immediate();
    storage.run('of another', raise);
    while (calls < 4) await immediate();
    expect([...stores]).to.deep.equal([undefined]);
  });

  it('`now()` goes on and never back', () => {
    const times = Array.from({ length: 1000 }, () => loop.now());
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).to.be.above(times[0]!);
  });

  describe('in a process of its own', () => {
    const run = (program: string): ReturnType<typeof runProgram> =>
      runProgram('./host-loop-program.ts', program, driver.name);

    it('lets the process end unless it is ref’d, with code 0 though the descriptor is ready', async () => {
      expect(await run('doesn’t ref')).to.include({ code: 0, signal: null, errors: '' });
    });

    it('keeps the process for a turn to come, once ref’d', async () => {
      const { code, output } = await run('refs');
      expect({ code, output }).to.deep.equal({ code: 0, output: ['turn'] });
    });

    it('hands what turns and flushes throw to uncaughtException, and goes on', async () => {
      const { code, output } = await run('throws everywhere');
      expect(output).to.deep.equal(['turn 1', 'flush', 'turn 2', 'turn 3', 'turn 4']);
      expect(code).to.equal(0);
    });

    it('ends the process as Node does when nobody catches what a turn throws', async () => {
      const { code, signal, errors } = await run('throws with nobody to catch');
      expect({ code, signal }).to.deep.equal({ code: 1, signal: null });
      expect(errors).to.include('Error: from a turn');
    });

    it('survives process.exit() in a turn', async () => {
      expect(await run('exits in a turn')).to.include({ code: 3, signal: null, errors: '' });
    });

    it('goes on when all its references are lost and garbage was collected', async () => {
      const { code, output } = await run('loses its loops');
      expect({ code, output }).to.deep.equal({ code: 0, output: ['all had turns'] });
    });

    if (driver.name === 'koffi') {
      it('survives that a worker ends while its descriptor is ready, by itself or in a turn', async () => {
        const { code, output } = await run('has workers');
        const endings = ['exits in a turn: 3', 'leaves a ready loop: 0'];
        expect({ code, output: output.toSorted() }).to.deep.equal({ code: 0, output: endings });
      });
    }
  });
});
