/**
 * Parsing takes time in proportion to the input: twice the input may take 2.3 times as long, however small the pieces are. What joins
 * anew with each piece would take four times as long. All is measured as processor time, and the least of some attempts counts: what
 * else the machine does, and when garbage is collected, is chance.
 */
import { type IParser, LengthPrefixedParser, LineParser, NetstringParser } from '../../src/index.js';
import { checkAtMost } from './harness/check.js';

const MIB = 1024 * 1024;
const HALF = 8 * MIB;
const FULL = 16 * MIB;
const RATIO_MAX = 2.3;
/** What takes less than this is decided by how the kernel gives out memory; with a square in it, 8 MiB take a minute and more. */
const LEAST_MS = 20;
const ATTEMPTS = 5;

interface Case {
  readonly name: string;
  readonly parser: () => IParser<Buffer>;
  readonly input: (bytes: number) => Buffer;
}

function int32(length: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length);
  return prefix;
}

const LINE = `${'x'.repeat(62)}\r\n`;
const NETSTRING = `60:${'x'.repeat(60)},`;
const INT32 = Buffer.concat([int32(60), Buffer.alloc(60, 'x')]);

const limits = { maxLength: FULL };
const long = (bytes: number): Buffer => Buffer.alloc(bytes, 'x');

const inAnyPieces: readonly Case[] = [
  { name: 'a line without an end', parser: () => new LineParser(limits), input: long },
  { name: 'lines', parser: () => new LineParser(), input: (bytes) => Buffer.alloc(bytes, LINE) },
  {
    name: 'a long netstring',
    parser: () => new NetstringParser(limits),
    input: (bytes) => Buffer.concat([Buffer.from(`${bytes}:`), long(bytes)]),
  },
  {
    name: 'a long string after its length',
    parser: () => new LengthPrefixedParser(32, limits),
    input: (bytes) => Buffer.concat([int32(bytes), long(bytes)]),
  },
];

const inKibibytes: readonly Case[] = [
  ...inAnyPieces,
  {
    name: 'ends without their beginnings',
    parser: () => new LineParser(limits),
    input: (bytes) => Buffer.alloc(bytes, '\n'),
  },
  {
    name: 'beginnings of ends',
    parser: () => new LineParser(limits),
    input: (bytes) => Buffer.alloc(bytes, '\r'),
  },
  {
    name: 'a delimiter of 100 bytes, nearly',
    parser: () => new LineParser({ ...limits, delimiter: Buffer.alloc(100, 'x'.repeat(99) + 'y') }),
    input: long,
  },
  {
    name: 'netstrings',
    parser: () => new NetstringParser(),
    input: (bytes) => Buffer.alloc(bytes, NETSTRING),
  },
  {
    name: 'strings after their lengths',
    parser: () => new LengthPrefixedParser(32),
    input: (bytes) => Buffer.alloc(bytes, INT32),
  },
];

/** The processor time that parsing takes, in ms. */
function parse({ parser: make, input }: Case, bytes: number, pieceBytes: number): number {
  const data = input(bytes);
  globalThis.gc?.();
  const before = process.cpuUsage();
  const parser = make();
  for (let at = 0; at < data.length; at += pieceBytes) {
    parser.feed(data.subarray(at, at + pieceBytes));
    while (parser.next() !== undefined);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function checkCase(parsed: Case, pieceBytes: number): void {
  parse(parsed, MIB / 4, pieceBytes);
  let half = Infinity;
  let full = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    half = Math.min(half, parse(parsed, HALF, pieceBytes));
    full = Math.min(full, parse(parsed, FULL, pieceBytes));
    // With pieces this small it takes long, and one good attempt is enough.
    if (pieceBytes === 1 && full / half <= RATIO_MAX) break;
  }
  const pieces = pieceBytes === 1 ? 'single bytes' : `pieces of ${pieceBytes} bytes`;
  const times = `16 MiB took ${full.toFixed(0)} ms, 8 MiB ${half.toFixed(0)} ms`;
  checkAtMost(
    `${parsed.name} in ${pieces}: ${times}, a ratio of`,
    full / Math.max(half, LEAST_MS),
    RATIO_MAX,
    '',
  );
}

for (const parsed of inAnyPieces) checkCase(parsed, 1);
for (const parsed of inKibibytes) checkCase(parsed, 1024);
