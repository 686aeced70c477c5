import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { compiled } from './compile.js';
import { BENCH } from './paths.js';
import type { Peer } from './row.js';

export const HEDDLE = 'heddle';
export const NODE = 'node:net';
export const C = 'C';
export const TWISTED = 'Twisted';

/** Debian's own: packages of the distribution aren't there for a Python from elsewhere. */
const PYTHON = '/usr/bin/python3';

// The servers of JavaScript collect garbage when asked to, before memory is measured; the flag costs nothing else.
const NODE_COMMAND = [process.execPath, '--expose-gc'];

/** A server of servers/ that is given the folder of heddle's build. */
export function heddlePeer(server: string): Peer {
  return {
    name: HEDDLE,
    command: ({ build }) => {
      if ('failure' in build) throw new Error(build.failure);
      return [...NODE_COMMAND, join(BENCH, 'servers', server), build.folder];
    },
  };
}

/** A server of servers/ on Node's own sockets. */
export function nodePeer(server: string): Peer {
  return { name: NODE, command: () => [...NODE_COMMAND, join(BENCH, 'servers', server)] };
}

/** A server of servers/ on Debian's Twisted; left out where that isn't installed. */
export function twistedPeer(server: string): Peer {
  return {
    name: TWISTED,
    command: () => {
      const { status } = spawnSync(PYTHON, ['-c', 'import twisted']);
      if (status !== 0) throw new Error("Twisted isn't installed (Debian: python3-twisted)");
      return [PYTHON, join(BENCH, 'servers', server)];
    },
  };
}

/** The echo servers: ours, the one to beat, and the floor. */
export const ECHO_PEERS: readonly Peer[] = [
  heddlePeer('heddle-echo.mjs'),
  nodePeer('node-echo.mjs'),
  { name: C, command: () => [compiled('epoll-echo')] },
];
