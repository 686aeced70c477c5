import { createRequire } from 'node:module';
import { nearestSpelling } from '../endpoints/nearest-spelling.js';
import { readArguments } from './arguments.js';
import { COMMON_OPTIONS, type Command, settingsOf } from './command.js';
import { echo } from './echo.js';
import { EXIT } from './exit-code.js';
import { forward } from './forward.js';
import { helpOf, overview } from './help.js';
import { serve } from './serve.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

const COMMANDS: readonly Command[] = [echo, forward, serve];

/** Does what the words after `heddle` say. The answer is the exit code; it is there when all is over. */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...others] = words;
  if (name === undefined) {
    terminal.complain(overview(COMMANDS));
    return EXIT.usage;
  }
  if (name === '--help' || name === '-h') {
    terminal.say(overview(COMMANDS));
    return EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    terminal.say(version());
    return EXIT.ok;
  }
  return runCommand(name, others, terminal);
}

async function runCommand(name: string, words: readonly string[], terminal: Terminal): Promise<number> {
  let hint = 'heddle --help';
  try {
    const command = commandNamed(name);
    hint = `heddle ${name} --help`;
    const given = readArguments(words, { ...command.options, ...COMMON_OPTIONS }, command.operands);
    if (given.options.has('help')) {
      terminal.say(helpOf(command));
      return EXIT.ok;
    }
    return await command.run(given, settingsOf(given), terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.complain(`heddle: ${error.message}\nSee ${hint}`);
    return EXIT.usage;
  }
}

function commandNamed(name: string): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command !== undefined) return command;
  if (name.startsWith('-')) throw new UsageError(`A command comes first, and "${name}" is none`);
  const meant = nearestSpelling(
    name,
    COMMANDS.map((one) => one.name),
  );
  throw new UsageError(
    `There is no command "${name}"${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}

/** From the package's own description, which lies at the same distance from src/command and from dist/command. */
function version(): string {
  const about = createRequire(import.meta.url)('../../package.json') as { readonly version: string };
  return about.version;
}
