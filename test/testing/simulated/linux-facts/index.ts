import { addressFacts } from './address-facts.js';
import { endingFacts } from './ending-facts.js';
import { epollFacts } from './epoll-facts.js';
import { fileFacts } from './file-facts.js';
import { handshakeFacts } from './handshake-facts.js';
import type { LinuxFact } from './linux-fact.js';

export { Calls } from './calls.js';

/** What the simulated kernel rests on: each is done on Linux and on the simulated kernel, and has to come out the same. */
export const linuxFacts: readonly LinuxFact[] = [
  ...handshakeFacts,
  ...endingFacts,
  ...addressFacts,
  ...fileFacts,
  ...epollFacts,
];
