#!/usr/bin/env node
/**
 * Draws docs/exhaustion.svg, the README's picture: `node tools/picture-exhaustion.mjs`. It runs examples/exhaustion.ts, which takes about
 * five seconds, and shows what that has printed: the table, the sum, and the first and last words of the server's log. Nothing in
 * the picture is written by hand; test/docs/readme.test.ts looks whether its sums are right.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const target = join(root, 'docs/exhaustion.svg');
const COMMAND = 'npx tsx examples/exhaustion.ts';

const FONT_SIZE = 13;
/** The width of a letter of any monospaced font, near enough: each word is put in its own place besides. */
const LETTER = FONT_SIZE * 0.602;
const LINE = 21;
const MARGIN = 24;
const BAR = 34;
const COLUMNS_MAX = 101;

const COLOUR = {
  plain: '#c9d1d9',
  dim: '#8b949e',
  bright: '#f0f6fc',
  served: '#7ee787',
  shed: '#ffa657',
  resumed: '#79c0ff',
};

const { status, stdout, stderr } = spawnSync(
  process.execPath,
  ['--import', import.meta.resolve('tsx'), join(root, 'examples/exhaustion.ts')],
  { cwd: root, encoding: 'utf8' },
);
if (status !== 0) throw new Error(`examples/exhaustion.ts has failed: ${stderr}`);

const lines = stdout.trimEnd().split('\n').map(drawn);
const height = BAR + MARGIN + (lines.length + 2) * LINE + MARGIN / 2;
const width = Math.round(2 * MARGIN + COLUMNS_MAX * LETTER);
writeFileSync(target, svg([[{ at: 0, text: `$ ${COMMAND}`, colour: COLOUR.bright }], [], ...lines]));
console.log(`${target}: ${lines.length} lines`);

/** A line of the output as words, each with its place and its colour. */
function drawn(line) {
  if (/^\d{4}-\d\d-\d\dT/.test(line)) return logged(line);
  const isHeading = /^ +clients/.test(line);
  const isRow = /^\S.* {2,}\d+/.test(line);
  const colours = [COLOUR.plain, COLOUR.plain, COLOUR.plain, COLOUR.served, COLOUR.shed, COLOUR.resumed];
  // Cells are apart by two spaces or more; a heading has no first cell.
  const cells = [...line.matchAll(/\S+(?: \S+)*/g)];
  return cells.map(({ 0: text, index }, cell) => ({
    at: index,
    text,
    colour: isHeading
      ? COLOUR.dim
      : isRow && text !== '0'
        ? (colours[cell] ?? COLOUR.plain)
        : isRow
          ? COLOUR.dim
          : COLOUR.bright,
  }));
}

/** A record of the log, without what was at work, as far as there is room. */
function logged(line) {
  const [, time = '', level = '', message = ''] =
    /T(\S+?)\.\d+Z \[.*?\] \S+ (\w+): (?:<[^>]*>: )?(.*)$/.exec(line) ?? [];
  const head = `${time} ${level} `;
  const room = COLUMNS_MAX - head.length;
  const text = message.length > room ? `${message.slice(0, room - 1)}…` : message;
  return [
    { at: 0, text: time, colour: COLOUR.dim },
    { at: time.length + 1, text: level, colour: COLOUR.shed },
    { at: head.length, text, colour: COLOUR.plain },
  ];
}

function svg(rows) {
  const words = rows.flatMap((row, index) => {
    const y = BAR + MARGIN + index * LINE;
    return row.map(({ at, text, colour }) => {
      const x = (MARGIN + at * LETTER).toFixed(1);
      const length = (text.length * LETTER).toFixed(1);
      return `<text x="${x}" y="${y}" textLength="${length}" fill="${colour}">${escaped(text)}</text>`;
    });
  });
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (colour, index) => `<circle cx="${22 + index * 20}" cy="17" r="6" fill="${colour}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>examples/exhaustion.ts: a server with 64 descriptors, flooded twice</title>',
    `<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>`,
    `<path d="M0 ${BAR}V10A10 10 0 0 1 10 0H${width - 10}A10 10 0 0 1 ${width} 10V${BAR}Z" fill="#161b22"/>`,
    ...dots,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${FONT_SIZE}" xml:space="preserve">`,
    ...words,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
