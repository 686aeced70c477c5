// One turn of a reactor in which so many descriptors are ready: `iterate(0)`, which looks for what has happened, calls
// `doRead` for each and doesn't wait. The descriptors are eventfds that stay readable, and doRead reads nothing: what is measured is
// the reactor and the kernel's epoll_wait, not what an application does. A turn may take them all; as a rule it
// would take no more than 32.

/** No turn ends because of its time. */
const TURN_MS = 1000;

class AlwaysReadable {
  #fd;

  constructor(fd) {
    this.#fd = fd;
  }

  fileno() {
    return this.#fd;
  }

  doRead() {}

  connectionLost() {}

  logPrefix() {
    return 'AlwaysReadable';
  }
}

async function turns(importHeddle, ready) {
  const { Reactor } = await importHeddle();
  const reactor = new Reactor({ eventsPerTurn: Math.max(1, ready), turnMs: TURN_MS });
  for (let i = 0; i < ready; i += 1) reactor.addReader(new AlwaysReadable(reactor.driver.libc.eventfd(1, 0)));
  return (count) => {
    for (let i = 0; i < count; i += 1) reactor.iterate(0);
  };
}

export const turn0 = (importHeddle) => turns(importHeddle, 0);
export const turn1 = (importHeddle) => turns(importHeddle, 1);
export const turn64 = (importHeddle) => turns(importHeddle, 64);
export const turn512 = (importHeddle) => turns(importHeddle, 512);
