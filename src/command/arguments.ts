import { parseArgs } from 'node:util';
import { nearestSpelling } from '../endpoints/nearest-spelling.js';
import { UsageError } from './usage-error.js';

/** An option that a command takes. */
export interface OptionSpec {
  /** One letter, for `-h`. */
  readonly short?: string;
  /** What its value is, in capitals, for the help; left out for a switch. */
  readonly value?: string;
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What a command line says. */
export interface Given {
  /** What stands there without a dash, in order. */
  readonly operands: readonly string[];
  /** The values of each option, in order; one empty text for each time a switch is given. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the words after a command's name. Throws a UsageError for an option that `specs` doesn't have, for a value that is missing or is
 * too much, and for operands other than `operands` names: `FILE` has to be there, `[FILE]` may be.
 *
 * node's parseArgs takes the words apart; its strict mode would say what is wrong in more sentences than one, and can't guess what was meant.
 */
export function readArguments(
  words: readonly string[],
  specs: OptionSpecs,
  operands: readonly string[],
): Given {
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(specs).map(([name, { short, value }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const options = new Map<string, string[]>();
  const given: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') given.push(token.value);
    if (token.kind === 'option')
      options.set(token.name, [...(options.get(token.name) ?? []), valueOf(token, specs)]);
  }
  // Who asks for help need not know what else there has to be.
  if (!options.has('help')) checkOperands(given, operands);
  return { operands: given, options };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function valueOf({ name, rawName, value, inlineValue }: OptionToken, specs: OptionSpecs): string {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec === undefined) {
    const meant = rawName.startsWith('--') ? nearestSpelling(name, Object.keys(specs)) : undefined;
    throw new UsageError(
      `Unknown option ${rawName}${meant === undefined ? '' : `; did you mean --${meant}?`}`,
    );
  }
  if (spec.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value, but was given "${value}"`);
    return '';
  }
  if (value === undefined || value === '')
    throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value}`);
  if (inlineValue === false && value.startsWith('-')) {
    throw new UsageError(
      `${rawName} needs a value, and "${value}" looks like another option (${rawName}=${value} says that it is none)`,
    );
  }
  return value;
}

function checkOperands(given: readonly string[], names: readonly string[]): void {
  const missing = names.filter((name) => !name.startsWith('['))[given.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  const tooMany = given[names.length];
  if (tooMany !== undefined) throw new UsageError(`"${tooMany}" is one argument too many`);
}

/** The value that counts of an option that was given: the last one. */
export function lastOf({ options }: Given, name: string): string | undefined {
  return options.get(name)?.at(-1);
}
