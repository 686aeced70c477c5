import type { OptionSpecs } from './arguments.js';
import { COMMON_OPTIONS, type Command } from './command.js';

/** What `heddle --help` says. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, operands, summary }): [string, string] => [
    [name, ...operands].join(' '),
    summary,
  ]);
  return [
    'Usage: heddle COMMAND [OPTION...]',
    '',
    'Servers on raw sockets, in the foreground, until SIGINT or SIGTERM.',
    '',
    ...columns(rows),
    '',
    ...columns([
      ['heddle COMMAND --help', 'what a command does, and its options'],
      ['heddle --version', 'which heddle this is'],
    ]),
    '',
    'An ENDPOINT is a place to listen or to connect: tcp:8007, tcp:8007:interface=127.0.0.1, tcp:[::1]:8007,',
    'tcp:example.org:80, systemd:domain=INET:index=0.',
    '',
    'Exit codes: 0 stopped in order, 1 could not start or stop, 2 a mistake in the command line; a second signal',
    'ends it at once with 128 and the number of the signal.',
  ].join('\n');
}

/** What `heddle COMMAND --help` says. */
export function helpOf({ name, operands, summary, description, options }: Command): string {
  return [
    `Usage: heddle ${[name, ...operands].join(' ')} [OPTION...]`,
    '',
    `${summary}.`,
    '',
    description,
    '',
    ...columns([...optionRows(options), ...optionRows(COMMON_OPTIONS)]),
  ].join('\n');
}

function optionRows(options: OptionSpecs): [string, string][] {
  return Object.entries(options).map(([name, { short, value, help }]) => [
    `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    help,
  ]);
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
