#!/usr/bin/env node
/** The program `heddle`: docs/command.md. Twisted: `twistd` and `twist`. */
import { main } from './main.js';

const code = await main(process.argv.slice(2), {
  say: (line) => void process.stdout.write(`${line}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
});
// All that heddle started is over. What a served module still has open doesn't keep the process alive, as it doesn't under twistd;
// standard output and error are written at once on Linux, so nothing of them is lost.
process.exit(code);
