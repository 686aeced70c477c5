import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { REPOSITORY, RESULTS } from './paths.js';

export const USAGE = `npm run bench -- [row ...] [options]

  row              a row's name, or a pattern such as 'echo*'; without one, all rows
  --peers A,B      these peers only, and the targets that are about them
  --rounds N       rounds, each peer once in each (9; with --quick 3)
  --seconds S      measured time of each turn (0.8; with --quick 0.3)
  --quick          a short run to see that all works; its figures are rough
  --driver NAME    the FFI driver of heddle: koffi or ffi-napi
  --json FILE      keep the results, every sample of them, in bench/results/FILE
  --check          exit with status 1 if a target is missed or couldn't be measured
  --no-build       measure dist/ as it is
  --build-dir DIR  measure another build of heddle; nothing is built
  --cores A,B      the processors of the servers and of the load generator
  --list           name the rows
  --help           this text`;

const DRIVERS = ['koffi', 'ffi-napi'];

/** The command line, checked. */
export interface Options {
  readonly rows: readonly string[];
  /** Null: all of them. */
  readonly peers: readonly string[] | null;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly quick: boolean;
  readonly driver: string | null;
  /** The file that keeps the results, as an absolute path. */
  readonly json: string | null;
  readonly check: boolean;
  /** Whether dist/ is built first. */
  readonly build: boolean;
  /** The folder of heddle's build, as an absolute path. */
  readonly buildFolder: string;
  readonly cores: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

/** Throws a TypeError or RangeError that says what is wrong with the words. */
export function parseOptions(words: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      peers: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      driver: { type: 'string' },
      json: { type: 'string' },
      check: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      'build-dir': { type: 'string' },
      cores: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, check, list, help, cores } = values;
  if (values.driver !== undefined && !DRIVERS.includes(values.driver)) {
    throw new RangeError(`--driver must be one of ${DRIVERS.join(', ')}`);
  }
  const rounds = positive('--rounds', values.rounds) ?? (quick ? 3 : 9);
  if (!Number.isInteger(rounds)) throw new RangeError('--rounds must be a whole number');
  return {
    rows: positionals,
    peers: values.peers?.split(',').map((name) => name.trim()) ?? null,
    rounds,
    seconds: positive('--seconds', values.seconds) ?? (quick ? 0.3 : 0.8),
    warmupSeconds: quick ? 0.2 : 0.4,
    quick,
    driver: values.driver ?? null,
    json: values.json === undefined ? null : resolve(RESULTS, values.json),
    check,
    build: !values['no-build'] && values['build-dir'] === undefined,
    buildFolder: resolve(values['build-dir'] ?? resolve(REPOSITORY, 'dist')),
    cores,
    list,
    help,
  };
}

function positive(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number))) throw new RangeError(`${name} must be a number above 0`);
  return number;
}
