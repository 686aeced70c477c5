/**
 * Runs programs of examples/ported one after the other, each given as `file argument...` in one argument, with a line before what each
 * prints: a process takes a second to start.
 */
import { fileURLToPath } from 'node:url';

for (const words of process.argv.slice(2)) {
  const [file = '', ...args] = words.split(' ');
  const path = fileURLToPath(new URL(`../../../examples/ported/${file}`, import.meta.url));
  console.log(`== ${file}`);
  // As if it had been started by itself.
  process.argv.splice(1, Infinity, path, ...args);
  await import(path);
}
