// Each entry point that package.json exports, by `import` and by `require`: the same things come of both.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { exports } = JSON.parse(readFileSync('node_modules/heddle/package.json', 'utf8'));

for (const path of Object.keys(exports).filter((path) => path !== './package.json')) {
  const name = `heddle${path.slice(1)}`;
  const imported = await import(name);
  const required = require(name);
  for (const [key, value] of Object.entries(imported)) assert.equal(required[key], value, `${name}: ${key}`);
  assert.ok(Object.keys(imported).length > 0 || name === 'heddle/interfaces', name);
}
console.log('every entry point is there, by import and by require');
