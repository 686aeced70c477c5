/**
 * Programs for node-host-loop-process.test.ts: what they show is how the process ends. `process.argv` names the program and
 * the driver. Each has a host loop over an epoll set with one eventfd in it.
 */
import { Worker } from 'node:worker_threads';
import {
  type Driver,
  EFD_CLOEXEC,
  EPOLLIN,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  type IHostLoop,
  checked,
  getDriver,
} from '../../src/libc/index.js';

const [name = '', driverName] = process.argv.slice(2);
const driver: Driver = getDriver(driverName);
const { libc } = driver;

/** A loop whose descriptor is ready if the count isn't 0. */
function started(count: number, turn: () => void, flush: () => void = () => {}): [IHostLoop, event: number] {
  const epoll = checked(libc.epoll_create1(EPOLL_CLOEXEC), 'epoll_create1');
  const event = checked(libc.eventfd(count, EFD_CLOEXEC), 'eventfd');
  checked(libc.epoll_ctl(epoll, EPOLL_CTL_ADD, event, EPOLLIN, 0, 0), 'epoll_ctl');
  const loop = driver.createHostLoop();
  loop.start(epoll, turn, flush);
  return [loop, event];
}

function raise(event: number): void {
  libc.write(event, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]), 0, 8);
}

/** Another program in a worker, for which the TypeScript loader has to be asked again. */
function inWorker(program: string): void {
  const load = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))})
    .then(({ register }) => { register(); return import(${JSON.stringify(import.meta.url)}); })`;
  const worker = new Worker(load, { eval: true, argv: [program, driver.name] });
  worker.on('error', (error) => console.log(String(error)));
  worker.on('exit', (code) => console.log(`${program}: ${code}`));
}

const programs: Readonly<Record<string, () => void>> = {
  'doesn’t ref': () => {
    started(1, () => {});
    const [loop] = started(0, () => {});
    loop.ref();
    loop.unref();
  },

  refs: () => {
    const [loop, event] = started(0, () => {
      console.log('turn');
      loop.close();
    });
    loop.ref();
    setTimeout(() => raise(event), 5).unref();
  },

  'throws everywhere': () => {
    process.on('uncaughtException', (error) => console.log(error.message));
    let turns = 0;
    const [loop] = started(
      1,
      () => {
        turns += 1;
        if (turns === 1) loop.requestFlush();
        if (turns === 2) loop.wakeAt(loop.now());
        if (turns === 4) loop.close();
        throw new Error(`turn ${turns}`);
      },
      () => {
        throw new Error('flush');
      },
    );
    loop.ref();
  },

  'throws with nobody to catch': () => {
    const [loop] = started(1, () => {
      throw new Error('from a turn');
    });
    loop.ref();
  },

  'exits in a turn': () => {
    const [loop] = started(1, () => process.exit(3));
    loop.ref();
  },

  'loses its loops': () => {
    let turns = 0;
    const events = Array.from({ length: 20 }, () => started(0, () => (turns += 1))[1]);
    globalThis.gc?.();
    setImmediate(() => {
      globalThis.gc?.();
      for (const event of events) raise(event);
      setImmediate(() => setImmediate(() => console.log(turns >= 20 ? 'all had turns' : `${turns} turns`)));
    });
  },

  'has workers': () => {
    inWorker('leaves a ready loop');
    inWorker('exits in a turn');
  },

  'leaves a ready loop': () => {
    started(1, () => {});
  },
};

const program = programs[name];
if (program === undefined) throw new RangeError(`There is no program ${name}`);
program();
