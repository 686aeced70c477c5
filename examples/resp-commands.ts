import type { Command } from './resp-parser.js';
import { OutOfMemoryError, type RespStore } from './resp-store.js';

/** What the RESP server's commands answer: a string of one character for each byte, ready to be sent. */
export type Reply = string;

/** The message after `-ERR`. */
class CommandError extends Error {}

export const OK: Reply = '+OK\r\n';
const PONG: Reply = '+PONG\r\n';
const NULL: Reply = '$-1\r\n';
const NOTHING: Reply = '*0\r\n';

const NOT_AN_INTEGER = 'value is not an integer or out of range';
const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 63n - 1n;

export function errorReply(message: string): Reply {
  return `-ERR ${message}\r\n`;
}

function integer(value: number | bigint): Reply {
  return `:${value}\r\n`;
}

function bulk(value: string): Reply {
  return `$${value.length}\r\n${value}\r\n`;
}

function parseInteger(digits: string): bigint {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(digits)) throw new CommandError(NOT_AN_INTEGER);
  const value = BigInt(digits);
  if (value < INTEGER_MIN || value > INTEGER_MAX) throw new CommandError(NOT_AN_INTEGER);
  return value;
}

type Run = (store: RespStore, words: Command) => Reply;

/** How many words a command may have, its name among them, and what it does. */
interface Known {
  readonly least: number;
  readonly most: number;
  readonly run: Run;
}

function set(store: RespStore, [, key = '', value = '', unit, time]: Command): Reply {
  let ttlMs = Infinity;
  if (unit !== undefined) {
    const perUnit = { EX: 1000, PX: 1 }[unit.toUpperCase()];
    if (perUnit === undefined || time === undefined) throw new CommandError('syntax error');
    ttlMs = Number(parseInteger(time)) * perUnit;
    if (ttlMs <= 0) throw new CommandError("invalid expire time in 'set' command");
  }
  store.set(key, value, ttlMs);
  return OK;
}

function incr(store: RespStore, [, key = '']: Command): Reply {
  const old = store.get(key);
  const value = (old === undefined ? 0n : parseInteger(old)) + 1n;
  if (value > INTEGER_MAX) throw new CommandError('increment or decrement would overflow');
  store.replace(key, String(value));
  return integer(value);
}

function ttl(store: RespStore, [, key = '']: Command): Reply {
  const ttlMs = store.ttlMs(key);
  if (ttlMs === undefined) return integer(-2);
  return integer(ttlMs === Infinity ? -1 : Math.ceil(ttlMs / 1000));
}

const COMMANDS: ReadonlyMap<string, Known> = new Map<string, Known>([
  [
    'PING',
    { least: 1, most: 2, run: (_store, [, message]) => (message === undefined ? PONG : bulk(message)) },
  ],
  ['ECHO', { least: 2, most: 2, run: (_store, [, message = '']) => bulk(message) }],
  ['SET', { least: 3, most: 5, run: set }],
  ['INCR', { least: 2, most: 2, run: incr }],
  ['TTL', { least: 2, most: 2, run: ttl }],
  [
    'GET',
    {
      least: 2,
      most: 2,
      run(store, [, key = '']) {
        const value = store.get(key);
        return value === undefined ? NULL : bulk(value);
      },
    },
  ],
  [
    'DEL',
    {
      least: 2,
      most: Infinity,
      run: (store, [, ...keys]) => integer(keys.filter((key) => store.delete(key)).length),
    },
  ],
  [
    'EXPIRE',
    {
      least: 3,
      most: 3,
      run: (store, [, key = '', time = '']) =>
        integer(store.expire(key, Number(parseInteger(time)) * 1000) ? 1 : 0),
    },
  ],
  // Clients ask for these two before they begin, and can do without an answer.
  ['COMMAND', { least: 1, most: Infinity, run: () => NOTHING }],
  ['CONFIG', { least: 2, most: Infinity, run: () => NOTHING }],
]);

/** Carries out a command and answers its reply. Doesn't throw what the command is to blame for. */
export function runCommand(store: RespStore, words: Command): Reply {
  const name = words[0] ?? '';
  const known = COMMANDS.get(name) ?? COMMANDS.get(name.toUpperCase());
  // Whatever a client sends mustn't break out of the line of the error.
  const shown = name.slice(0, 64).replace(/[^ -~]/g, '?');
  if (known === undefined) return errorReply(`unknown command '${shown}'`);
  if (words.length < known.least || words.length > known.most) {
    return errorReply(`wrong number of arguments for '${shown.toLowerCase()}' command`);
  }
  try {
    return known.run(store, words);
  } catch (error) {
    if (error instanceof CommandError) return errorReply(error.message);
    if (error instanceof OutOfMemoryError) {
      return "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    }
    throw error;
  }
}
