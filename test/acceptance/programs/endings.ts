/**
 * Programs for watched-handle.ts: what they show is how a process ends that has Node's loop watch heddle's epoll descriptor. The
 * argument names the program.
 */
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { ClientFactory, Factory, type ITCPPort, Protocol, Reactor, getDriver } from '../../../src/index.js';
import { EFD_CLOEXEC, checked } from '../../../src/libc/index.js';
import { descriptors } from '../harness/processes.js';

const [name = ''] = process.argv.slice(2);
const { libc } = getDriver();

/** Does one thing when data comes. */
class Trigger extends Protocol {
  declare factory: Triggers;

  override connectionMade(): void {
    this.transport.write(Buffer.from('now'));
  }

  override dataReceived(): void {
    this.factory.pull();
  }
}

class Triggers extends ClientFactory<Trigger> {
  override readonly protocol = Trigger;

  constructor(readonly pull: () => void) {
    super();
  }
}

function listen(reactor: Reactor, pull: () => void = () => {}): ITCPPort {
  return reactor.listenTCP(0, new Triggers(pull), { interface: '127.0.0.1' });
}

/** Calls `pull` from a data callback, the server's or the client's, whichever comes first. */
function inDataReceived(reactor: Reactor, pull: () => void): void {
  const port = listen(reactor, pull);
  reactor.connectTCP('127.0.0.1', port.getHost().port, new Triggers(pull));
}

/** Goes on with `then` as soon as `holds` says true; without it the program never ends. */
function when(holds: () => boolean, then: () => void): void {
  const timer = setInterval(() => {
    if (!holds()) return;
    clearInterval(timer);
    then();
  }, 5);
}

/** Something in the reactor that is always ready to be read, and doesn't keep the process alive. */
function alwaysReady(reactor: Reactor): { turns: number } {
  const fd = checked(libc.eventfd(1, EFD_CLOEXEC), 'eventfd');
  const seen = { turns: 0 };
  const reader = {
    fileno: () => fd,
    logPrefix: () => 'always ready',
    connectionLost: () => {},
    doRead: () => void (seen.turns += 1),
  };
  reactor.addReader(reader);
  reactor.keepAlive(reader, false);
  return seen;
}

/** A turn of the driver's host loop that throws. */
function throwingTurn(reactor: Reactor): void {
  reactor.close();
  const loop = getDriver().createHostLoop();
  const epoll = checked(libc.epoll_create1(0), 'epoll_create1');
  loop.start(
    epoll,
    () => {
      loop.close();
      throw new Error('thrown in a turn');
    },
    () => {},
  );
  loop.ref();
  loop.requestTurn();
}

/** The same program in a worker, for which the TypeScript loader has to be asked again. */
function inWorker(): Worker {
  const load = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))})
    .then(({ register }) => { register(); return import(${JSON.stringify(import.meta.url)}); })`;
  const worker = new Worker(load, { eval: true, argv: process.argv.slice(2) });
  worker.on('error', (error) => console.log(String(error)));
  worker.on('exit', (code) => console.log(`the worker ended with ${code}`));
  return worker;
}

const programs: Readonly<Record<string, (reactor: Reactor) => void>> = {
  'a port that is unref’d': (reactor) => {
    listen(reactor).unref();
  },

  'a port that is unref’d and ref’d again': (reactor) => {
    const port = listen(reactor).unref().ref();
    setTimeout(() => {
      console.log('still alive');
      void port.stopListening();
    }, 50).unref();
  },

  'unref’d and ready at the natural end': (reactor) => {
    alwaysReady(reactor);
  },

  'unref’d and ready while others work': (reactor) => {
    const seen = alwaysReady(reactor);
    when(
      () => seen.turns > 10,
      () => console.log('many turns'),
    );
  },

  'closed in a data callback, twice': (reactor) => {
    inDataReceived(reactor, () => {
      reactor.close();
      reactor.close();
      console.log('closed');
    });
  },

  'closed in a timed call, ready': (reactor) => {
    alwaysReady(reactor);
    reactor.callLater(0.01, () => reactor.close());
    when(
      () => reactor.closed,
      () => console.log('closed'),
    );
  },

  'closed in connectionLost': (reactor) => {
    class Closing extends Protocol {
      override connectionLost(): void {
        reactor.close();
        console.log('closed');
      }
    }
    const port = reactor.listenTCP(0, Factory.forProtocol(Closing), { interface: '127.0.0.1' });
    inDataReceived(reactor, () => {});
    reactor.connectTCP('127.0.0.1', port.getHost().port, ClientFactory.forProtocol(Closing));
    port.events.once('connection', (connection) => connection.loseConnection());
  },

  'nobody refers to it, and garbage is collected': (reactor) => {
    // Only the closures of the port know of these; they have to go on serving.
    let served = 0;
    const ports = Array.from({ length: 10 }, () => {
      const port = listen(new Reactor(), () => (served += 1));
      return port.getHost().port;
    });
    globalThis.gc?.();
    for (const port of ports) reactor.connectTCP('127.0.0.1', port, new Triggers(() => {}));
    setTimeout(() => globalThis.gc?.(), 20);
    when(
      () => served >= ports.length,
      () => {
        console.log('all served');
        process.exit();
      },
    );
  },

  'made and closed 300 times, and garbage is collected': () => {
    new Reactor().close();
    const before = descriptors().size;
    for (let i = 0; i < 300; i += 1) {
      using reactor = new Reactor();
      alwaysReady(reactor);
      if (i % 50 === 0) globalThis.gc?.();
    }
    globalThis.gc?.();
    // The 300 eventfds are the program's own.
    console.log(`${descriptors().size - before - 300} descriptors left`);
  },

  'exit in a data callback': (reactor) => {
    inDataReceived(reactor, () => process.exit(3));
  },

  'exit with everything open': (reactor) => {
    inDataReceived(reactor, () => {});
    alwaysReady(reactor);
    setTimeout(() => process.exit(4), 50);
  },

  'an exception in a turn, and a handler': (reactor) => {
    process.on('uncaughtException', (error, origin) => console.log(`${origin}: ${error.message}`));
    throwingTurn(reactor);
  },

  'an exception in a turn, and no handler': throwingTurn,

  'SIGTERM while it runs': (reactor) => {
    listen(reactor);
    reactor.callWhenRunning(() => process.kill(process.pid, 'SIGTERM'));
    void reactor.run().then(() => console.log('stopped'));
  },

  'a worker closes its own by message': (reactor) => {
    if (isMainThread) {
      reactor.close();
      const worker = inWorker();
      worker.once('message', () => worker.postMessage('close'));
    } else {
      inDataReceived(reactor, () => parentPort?.postMessage('ready'));
      parentPort?.once('message', () => reactor.close());
    }
  },

  'a worker exits in a data callback': (reactor) => {
    if (isMainThread) {
      reactor.close();
      inWorker();
    } else {
      inDataReceived(reactor, () => process.exit(5));
    }
  },

  'a worker ends while unref’d and ready': (reactor) => {
    if (isMainThread) {
      reactor.close();
      inWorker();
    } else {
      alwaysReady(reactor);
    }
  },
};

const program = programs[name];
if (program === undefined) throw new RangeError(`There is no program ${name}`);
program(new Reactor());
