import { join } from 'node:path';

import { compiled } from './compile.js';
import { BENCH } from './paths.js';
import { PYTHON, pythonVersions } from './python.js';
import type { Peer } from './row.js';

export const HEDDLE = 'heddle';
export const NODE = 'node:net';
export const C = 'C';
export const TWISTED = 'Twisted';
export const UVLOOP = 'uvloop';
export const GO = 'Go';

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

/** A server that is compiled. */
export function compiledPeer(name: string, program: Parameters<typeof compiled>[0]): Peer {
  return { name, command: () => [compiled(program)] };
}

/** A server of servers/ on Debian's Twisted; left out where that isn't installed. */
export function twistedPeer(server: string): Peer {
  return {
    name: TWISTED,
    command: () => {
      if (pythonVersions().twisted === null)
        throw new Error("Twisted isn't installed (Debian: python3-twisted)");
      return [PYTHON, '-B', join(BENCH, 'servers', server)];
    },
  };
}

const UVLOOP_ECHO: Peer = {
  name: UVLOOP,
  command: () => {
    if (pythonVersions().uvloop === null) throw new Error("uvloop isn't installed (Debian: python3-uvloop)");
    return [PYTHON, '-B', join(BENCH, 'servers/uvloop-echo.py')];
  },
};

/** The echo servers: ours, the one to beat, and the floor. */
export const ECHO_PEERS: readonly Peer[] = [
  heddlePeer('heddle-echo.mjs'),
  nodePeer('node-echo.mjs'),
  compiledPeer(C, 'epoll-echo'),
];

/** Those, and the echo servers of other languages. */
export const ALL_ECHO_PEERS: readonly Peer[] = [
  ...ECHO_PEERS,
  twistedPeer('twisted-echo.py'),
  UVLOOP_ECHO,
  compiledPeer(GO, 'go-echo'),
];
