import { expect } from 'chai';
import { lastOf, readArguments } from '../../src/command/arguments.js';
import { UsageError } from '../../src/command/usage-error.js';

const SPECS = {
  listen: { short: 'l', value: 'ENDPOINT', help: 'where' },
  grace: { value: 'SECONDS', help: 'how long' },
  help: { short: 'h', help: 'this' },
} as const;

const read = (...words: readonly string[]) => readArguments(words, SPECS, ['FILE', '[OTHER]']);

describe('`readArguments()`', () => {
  it('tells operands from options, wherever they stand', () => {
    const given = read('-l', 'tcp:1', 'a.js', '--grace=3', '--listen', 'tcp:2', 'b.js');
    expect(given.operands).to.deep.equal(['a.js', 'b.js']);
    expect(given.options.get('listen')).to.deep.equal(['tcp:1', 'tcp:2']);
    expect([lastOf(given, 'listen'), lastOf(given, 'grace'), lastOf(given, 'help')]).to.deep.equal([
      'tcp:2',
      '3',
      undefined,
    ]);
  });

  it('takes everything after -- for an operand', () => {
    expect(read('--', '--grace').operands).to.deep.equal(['--grace']);
  });

  it('asks for no operands where help is asked for', () => {
    expect(read('-h').options.has('help')).to.equal(true);
  });

  it('takes a value with a dash if an equals sign says so', () => {
    expect(lastOf(read('a', '--grace=-1'), 'grace')).to.equal('-1');
  });

  const mistakes: Readonly<Record<string, readonly [words: readonly string[], sentence: string]>> = {
    'an operand that is missing': [[], 'FILE is missing'],
    'an operand too many': [['a', 'b', 'c'], '"c" is one argument too many'],
    'an option that isn’t there': [['a', '--port', '1'], 'Unknown option --port'],
    'a misspelt option': [['a', '--lisetn', 'tcp:1'], 'Unknown option --lisetn; did you mean --listen?'],
    'a short option that isn’t there': [['a', '-x'], 'Unknown option -x'],
    'an option named like a member of all objects': [['a', '--toString'], 'Unknown option --toString'],
    'a value that is missing': [['a', '--grace'], '--grace needs a value: --grace SECONDS'],
    'an empty value': [['a', '--grace='], '--grace needs a value: --grace SECONDS'],
    'an option in a value’s place': [
      ['a', '--grace', '--help'],
      '--grace needs a value, and "--help" looks like another option (--grace=--help says that it is none)',
    ],
    'a value for a switch': [['a', '--help=yes'], '--help takes no value, but was given "yes"'],
  };
  for (const [what, [words, sentence]] of Object.entries(mistakes)) {
    it(`refuses ${what} in a sentence`, () => {
      expect(() => read(...words))
        .to.throw(UsageError)
        .with.property('message', sentence);
    });
  }
});
