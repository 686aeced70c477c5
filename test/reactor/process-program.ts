/**
 * Programs for process.test.ts: what they show is what becomes of a whole process. `process.argv` names the program.
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reactor } from '../../src/reactor/index.js';

const [name = ''] = process.argv.slice(2);

/** tsx keeps a cache in the folder for temporary files, and talks to its own processes over UNIX sockets; heddle has neither. */
function isOfTheLoader(opened: string): boolean {
  if (opened.startsWith(join(tmpdir(), 'tsx-'))) return true;
  const inode = /^socket:\[(\d+)\]$/.exec(opened)?.[1];
  return inode !== undefined && readFileSync('/proc/net/unix', 'latin1').includes(` ${inode}`);
}

/** What the process has open, and who listens to it, by what it is. */
function whatIsOpen(): string[] {
  const descriptors = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return 'the listing itself';
    }
  });
  const listeners = process.eventNames().map((event) => `${String(event)} ${process.listenerCount(event)}`);
  return [...descriptors, ...listeners, ...process.getActiveResourcesInfo()];
}

/**
 * Fulfilled after a while, if something else keeps the process alive so long. A single time-out could be due though
 * nothing does, in a process that was made to wait; after it, Node would exit rather than wait for the next one.
 */
async function aWhile(): Promise<'alive'> {
  for (let times = 0; times < 20; times += 1) await new Promise((resolve) => setTimeout(resolve, 10).unref());
  return 'alive';
}

/** Fulfilled when nothing keeps the process alive. */
async function emptiness(): Promise<'empty'> {
  // Node says that it is about to exit only after something has kept it alive.
  await new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => process.once('beforeExit', () => resolve('empty')));
}

/** Whether something keeps the process alive. */
async function state(): Promise<'alive' | 'empty'> {
  const first = await Promise.race([aWhile(), emptiness()]);
  process.removeAllListeners('beforeExit');
  return first;
}

async function makeReactor(): Promise<Reactor> {
  const { Reactor } = await import('../../src/reactor/index.js');
  await emptiness();
  return new Reactor();
}

const programs: Readonly<Record<string, () => Promise<void>>> = {
  async 'imports everything'() {
    const before = whatIsOpen();
    const heddle = await import('../../src/index.js');
    // The loader, too, opens things for a while.
    await emptiness();
    const opened = whatIsOpen().filter((each) => !before.includes(each) && !isOfTheLoader(each));
    console.log(opened.length === 0 ? 'nothing new' : opened.join('\n'));
    console.log(`${typeof heddle.getReactor} ${await state()}`);
  },

  async 'lives and dies'() {
    const reactor = await makeReactor();
    const { libc } = reactor.driver;
    const descriptor = {
      fd: libc.eventfd(0, 0o2004000),
      fileno: () => descriptor.fd,
      logPrefix: () => 'descriptor',
      doRead: () => undefined,
      connectionLost: () => undefined,
    };
    console.log(`idle: ${await state()}`);
    reactor.addReader(descriptor);
    console.log(`watching: ${await state()}`);
    reactor.keepAlive(descriptor, false);
    console.log(`watching for nobody’s sake: ${await state()}`);
    reactor.keepAlive(descriptor, true);
    reactor.removeReader(descriptor);
    console.log(`watching no more: ${await state()}`);
    const call = reactor.callLater(10, () => undefined);
    console.log(`waiting for a timer: ${await state()}`);
    reactor.callFromThread(() => call.cancel());
    console.log(`the timer cancelled: ${await state()}`);
    const ended = reactor.run();
    console.log(`running: ${await state()}`);
    reactor.stop();
    await ended;
    console.log(`stopped: ${await state()}`);
    void reactor.run();
    reactor.crash();
    console.log(`crashed: ${await state()}`);
    reactor.addReader(descriptor);
    void reactor.run();
    reactor.close();
    libc.close(descriptor.fd);
    console.log(`closed: ${await state()}`);
  },

  async 'gets signals'() {
    const reactor = await makeReactor();
    const other = await makeReactor();
    const { ServerFactory } = await import('../../src/protocols/index.js');
    const { setTimeout: delay } = await import('node:timers/promises');
    const listeners = (): number => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
    const own = listeners();
    const never = new Promise<void>(() => undefined);
    console.log(`before: ${reactor.exitSignal ?? 'none'}`);

    reactor.addSystemEventTrigger('after', 'shutdown', () => console.log('in order'));
    const [first, second] = [reactor.run(), other.run()];
    console.log(`listeners: ${listeners() - own}`);
    process.kill(process.pid, 'SIGINT');
    await Promise.all([first, second]);
    console.log(`one: ${reactor.exitSignal ?? 'none'}, ${other.exitSignal ?? 'none'}, ${listeners() - own}`);

    reactor.addSystemEventTrigger('before', 'shutdown', () => never);
    reactor.addSystemEventTrigger('after', 'shutdown', () => console.log('not to be seen'));
    const port = reactor.listenTCP(0, new ServerFactory(), { interface: '127.0.0.1' });
    const third = reactor.run();
    process.kill(process.pid, 'SIGTERM');
    for (let ms = 0; ms < 5000 && reactor.exitSignal === undefined; ms += 1) await delay(1);
    console.log(`waiting: ${String(reactor.running)}, ${String(port.listening)}`);
    process.kill(process.pid, 'SIGTERM');
    await third;
    console.log(`two: ${String(reactor.exitSignal)}, ${String(port.listening)}, ${listeners() - own}`);

    const fourth = reactor.run({ installSignalHandlers: false });
    console.log(`left alone: ${listeners() - own}, ${String(reactor.running)}`);
    reactor.crash();
    await fourth;
    console.log(`afterwards: ${await state()}`);
  },

  async 'has no handlers left'() {
    const reactor = await makeReactor();
    const ended = reactor.run();
    reactor.stop();
    await ended;
    process.kill(process.pid, 'SIGTERM');
    await aWhile();
  },
};

const program = programs[name];
if (program === undefined) throw new RangeError(`There is no program ${name}`);
// What the loader does in the background is over when nothing keeps the process alive.
void emptiness().then(program);
