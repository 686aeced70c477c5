import type { Command } from './command.js';
import { GRACE_MS, type Settings } from './command.js';
import { EXIT } from './exit-code.js';
import { reportFailure } from './failure.js';
import { writeLogs } from './logs.js';
import { type Program, loadProgram } from './program.js';
import { serversAt } from './servers.js';
import { start } from './start.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** `heddle serve`. */
export const serve: Command = {
  name: 'serve',
  operands: ['FILE'],
  summary: 'Run what a module exports',
  description: [
    'FILE is a JavaScript module, or a TypeScript one where Node can load it: from 22.18 on, or with tsx and',
    'NODE_OPTIONS="--import tsx". It exports, by default or by one of these names:',
    '',
    '  factory                a factory, or a class of protocols: it is served at each --listen',
    '  application, service   an application, which knows itself where it listens: it is started and stopped',
    '',
    'An application has grace periods of its own; with --grace it is ended when stopping takes longer.',
  ].join('\n'),
  options: {
    listen: { short: 'l', value: 'ENDPOINT', help: 'where to serve a factory; may be given several times' },
  },
  async run({ operands: [file = ''], options }, settings, terminal) {
    const program = await loaded(file, settings, terminal);
    if (program === undefined) return EXIT.failed;
    const endpoints = options.get('listen') ?? [];
    if (program.kind === 'service') {
      if (endpoints.length > 0)
        throw new UsageError(
          `${file} exports an application, which says itself where it listens: --listen is for a factory`,
        );
      return start(program.service, settings, terminal, settings.graceMs);
    }
    if (endpoints.length === 0)
      throw new UsageError(`${file} exports a factory: say where to serve it by --listen ENDPOINT`);
    const { graceMs = GRACE_MS } = settings;
    return start(serversAt(endpoints, program.factory, graceMs, terminal), settings, terminal);
  },
};

/** Undefined if it can't be loaded; that was told then. The module comes first, since it may configure LogTape. */
async function loaded(file: string, settings: Settings, terminal: Terminal): Promise<Program | undefined> {
  try {
    return await loadProgram(file);
  } catch (error) {
    reportFailure(error, writeLogs(settings.log), terminal);
    return undefined;
  }
}
