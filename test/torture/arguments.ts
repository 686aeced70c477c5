import { parseArgs } from 'node:util';

/** The numbers that a program's command line gives, `--name 5`, with what they are unless they are given. Throws a TypeError for what isn't one. */
export function numbersFrom<Name extends string>(
  args: readonly string[],
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options });
  const entries = names.map((name) => {
    const text = values[name];
    const number = typeof text === 'string' ? Number(text) : defaults[name];
    if (!(number >= 0))
      throw new TypeError(`--${name} takes a number from 0 on, not ${JSON.stringify(text)}`);
    return [name, number] as const;
  });
  return Object.fromEntries(entries) as Record<Name, number>;
}
