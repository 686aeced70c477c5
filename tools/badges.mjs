#!/usr/bin/env node
/**
 * Draws the README's badges: `node tools/badges.mjs`. They say what stands in package.json, and lie in docs/badges, so that no other host is
 * asked for them; test/docs/readme.test.ts looks whether they say it still.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/badges');
const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const BADGES = {
  version: ['heddle', about.version, '#5b4bb7'],
  node: ['node', about.engines.node.replace('>=', '≥ '), '#2f7d32'],
  platform: ['platform', about.os.join(', '), '#35618d'],
  types: ['types', about.exports['.'].types.endsWith('.d.ts') ? 'included' : 'none', '#35618d'],
  licence: ['licence', about.license, '#555e68'],
};

/** Of Verdana at 11 px, near enough: the text is stretched to it. */
const LETTER = 6.6;

mkdirSync(folder, { recursive: true });
for (const [name, [subject, value, colour]] of Object.entries(BADGES))
  writeFileSync(join(folder, `${name}.svg`), badge(subject, value, colour));

function badge(subject, value, colour) {
  const [left, right] = [subject, value].map((text) => Math.round(text.length * LETTER) + 12);
  const width = left + right;
  const word = (text, x, room) =>
    `<text x="${x}" y="14" textLength="${room - 12}" fill="#fff">${text.replace('>', '&gt;')}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${subject}: ${value}">`,
    `<title>${subject}: ${value}</title>`,
    `<clipPath id="r"><rect width="${width}" height="20" rx="3"/></clipPath>`,
    `<g clip-path="url(#r)"><path fill="#3b424a" d="M0 0h${left}v20H0z"/><path fill="${colour}" d="M${left} 0h${right}v20H${left}z"/></g>`,
    `<g font-family="Verdana,'DejaVu Sans',Geneva,sans-serif" font-size="11">${word(subject, 6, left)}${word(value, left + 6, right)}</g>`,
    '</svg>',
    '',
  ].join('\n');
}
