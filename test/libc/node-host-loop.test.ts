import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as immediate } from 'node:timers/promises';
import { SystemError } from '../../src/errors/index.js';
import { O_CLOEXEC, O_RDONLY } from '../../src/libc/index.js';
import { DescriptorScope, nextDescriptor } from './descriptor-scope.js';
import { describeEachDriver } from './each-driver.js';
import { WatchedLoop, rounds, timers } from './watched-loop.js';

describeEachDriver('NodeHostLoop', (driver) => {
  const { libc } = driver;
  let own: WatchedLoop;
  beforeEach(() => (own = new WatchedLoop(driver)));
  afterEach(() => own.close());

  describe('the descriptor', () => {
    const scope = new DescriptorScope(libc);
    afterEach(() => scope.closeAll());

    /** Another loop over a descriptor of the caller's choice. */
    const startOver = (fd: number, turn: () => void = () => {}): WatchedLoop['loop'] => {
      const loop = driver.createHostLoop();
      loop.start(fd, turn, () => {});
      return loop;
    };

    it('has turns while it is readable, and none when it no longer is', async () => {
      const turn = own.startForTurns();
      own.raise();
      await turn();
      await turn();
      own.lower();
      await rounds();
      let further = 0;
      void turn().then(() => (further += 1));
      await rounds();
      expect(further).to.equal(0);
      own.raise();
      await rounds();
      expect(further).to.equal(1);
    });

    it('has its turns from one loop only, where there are several', async () => {
      const other = new WatchedLoop(driver);
      const counts = [own.startCounting(), other.startCounting()];
      own.raise();
      await rounds();
      expect(counts.map(({ turns }) => turns > 0)).to.deep.equal([true, false]);
      other.close();
    });

    it('must be open, or `start()` throws', () => {
      expect(() => startOver(nextDescriptor(libc))).to.throw(SystemError, 'EBADF');
    });

    it('must be one that can be polled, or `start()` throws', () => {
      const file = scope.keep(libc.open('/proc/self/status', O_RDONLY | O_CLOEXEC, 0));
      expect(() => startOver(file)).to.throw(SystemError, 'EPERM');
    });

    it("must not be watched already, or `start()` throws; it may be again after that watch's end", async () => {
      own.startCounting();
      expect(() => startOver(own.epoll)).to.throw(SystemError, 'EEXIST');
      own.loop.close();
      let turns = 0;
      const other = startOver(own.epoll, () => (turns += 1));
      own.raise();
      await rounds();
      expect(turns).to.be.above(0);
      other.close();
    });

    it('leaves no descriptor open behind a `start()` that has thrown', () => {
      const before = libc.descriptors.open;
      expect(() => startOver(-1)).to.throw(SystemError);
      expect(libc.descriptors.open).to.equal(before);
    });
  });

  describe('`requestTurn()`', () => {
    it('makes one turn, however often it is called, after what is running now', async () => {
      const counts = own.startCounting();
      own.loop.requestTurn();
      own.loop.requestTurn();
      own.loop.requestTurn();
      expect(counts.turns).to.equal(0);
      await rounds();
      expect(counts.turns).to.equal(1);
    });

    it('never runs its turn inside one that the descriptor has asked for', async () => {
      const depths: number[] = [];
      let depth = 0;
      own.start(() => {
        depth += 1;
        depths.push(depth);
        own.lower();
        depth -= 1;
      });
      own.raise();
      own.loop.requestTurn();
      await rounds();
      expect(depths.length).to.be.within(1, 2);
      expect(new Set(depths)).to.deep.equal(new Set([1]));
    });

    it('inside a turn asks for one after it', async () => {
      const order: string[] = [];
      own.start(() => {
        order.push('begin');
        if (order.length < 3) own.loop.requestTurn();
        order.push('end');
      });
      own.loop.requestTurn();
      await rounds();
      expect(order).to.deep.equal(['begin', 'end', 'begin', 'end']);
    });

    it('lets the promises of one turn go on before the next', async () => {
      const order: string[] = [];
      own.start(() => {
        order.push('turn');
        void Promise.resolve().then(() => order.push('promise'));
        if (order.length < 3) own.loop.requestTurn();
      });
      own.loop.requestTurn();
      await rounds();
      expect(order).to.deep.equal(['turn', 'promise', 'turn', 'promise']);
    });
  });

  describe('`requestFlush()`', () => {
    it('makes one flush, however often it is called, before the loop does anything else', async () => {
      const order: string[] = [];
      own.start(
        () => order.push('turn'),
        () => order.push('flush'),
      );
      await new Promise<void>((resolve) => {
        setImmediate(() => {
          own.loop.requestFlush();
          own.loop.requestFlush();
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
      const flush = (): void => {
        order.push('begin');
        if (order.length < 3) own.loop.requestFlush();
        order.push('end');
      };
      own.start(() => {}, flush);
      own.loop.requestFlush();
      await rounds();
      expect(order).to.deep.equal(['begin', 'end', 'begin', 'end']);
    });
  });

  describe('`close()`', () => {
    it('leaves no turn, no flush and no timer behind, whatever was asked for', async () => {
      const before = timers();
      const counts = own.startCounting();
      own.raise();
      own.loop.requestTurn();
      own.loop.requestFlush();
      own.loop.wakeAt(own.loop.now());
      own.loop.close();
      expect(timers()).to.equal(before);
      await rounds();
      expect(counts).to.deep.equal({ turns: 0, flushes: 0 });
    });

    it('makes all later calls do nothing, `close()` itself too', async () => {
      const before = timers();
      const { loop } = own;
      const counts = own.startCounting();
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
      own.start(() => {
        turns += 1;
        own.loop.requestTurn();
        own.loop.close();
      });
      own.raise();
      await rounds();
      expect(turns).to.equal(1);
    });

    it('frees the number for a watch of whatever descriptor gets it next', async () => {
      const numbers = new Set<number>();
      for (let i = 0; i < 20; i += 1) {
        const next = new WatchedLoop(driver);
        numbers.add(next.epoll);
        const counts = next.startCounting();
        next.raise();
        while (counts.turns === 0) await immediate();
        next.close();
      }
      expect(numbers.size).to.equal(1);
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
    own.start(note, note);
    storage.run('of a request', () => {
      own.loop.requestTurn();
      own.loop.requestFlush();
    });
    while (calls < 2) await immediate();
    // Not before that turn: a time that is past already when it is asked for would share it.
    storage.run('of a time', () => own.loop.wakeAt(own.loop.now() + 1));
    while (calls < 3) await immediate();
    storage.run('of another', () => own.raise());
    while (calls < 4) await immediate();
    expect([...stores]).to.deep.equal([undefined]);
  });

  it('hands a context that a turn has entered on to no other turn', async () => {
    const storage = new AsyncLocalStorage<string>();
    const stores: (string | undefined)[] = [];
    own.start(() => {
      stores.push(storage.getStore());
      storage.enterWith('of the turn before');
      if (stores.length < 3) own.loop.requestTurn();
    });
    own.loop.requestTurn();
    await rounds();
    expect(stores).to.deep.equal([undefined, undefined, undefined]);
  });

  it('has turns though the timers of the program are fakes', async () => {
    const { setImmediate: real } = globalThis;
    const counts = own.startCounting();
    globalThis.setImmediate = (() => undefined) as unknown as typeof setImmediate;
    try {
      own.loop.requestTurn();
      await rounds();
    } finally {
      globalThis.setImmediate = real;
    }
    expect(counts.turns).to.equal(1);
  });
});
