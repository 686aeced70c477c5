import { join } from 'node:path';

import { compiled } from './compile.js';
import { BENCH } from './paths.js';
import type { Peer } from './row.js';

export const HEDDLE = 'heddle';
export const NODE = 'node:net';
export const C = 'C';

// The servers of JavaScript collect garbage when asked to, before memory is measured; the flag costs nothing else.
const NODE_COMMAND = [process.execPath, '--expose-gc'];

/** The echo servers: ours, the one to beat, and the floor. */
export const ECHO_PEERS: readonly Peer[] = [
  {
    name: HEDDLE,
    command: ({ build }) => {
      if ('failure' in build) throw new Error(build.failure);
      return [...NODE_COMMAND, join(BENCH, 'servers/heddle-echo.mjs'), build.folder];
    },
  },
  { name: NODE, command: () => [...NODE_COMMAND, join(BENCH, 'servers/node-echo.mjs')] },
  { name: C, command: () => [compiled('epoll-echo')] },
];
