/** Programs for react.test.ts. `process.argv` names the program. */
import { SystemExit, deferLater, react } from '../../src/task/index.js';

const [name = ''] = process.argv.slice(2);

const programs: Readonly<Record<string, () => Promise<void>>> = {
  'ends by itself': () =>
    react(
      async (reactor, ...argv: string[]) => {
        reactor.callLater(1000, () => undefined);
        await deferLater(reactor, 0.001);
        console.log(argv.join());
      },
      ['a', 'b'],
    ),

  'is signalled': () =>
    react((reactor) => {
      reactor.addSystemEventTrigger('before', 'shutdown', () => console.log('shutting down'));
      reactor.callLater(0, () => process.kill(process.pid, 'SIGTERM'));
      return new Promise<void>(() => undefined);
    }),

  fails: () =>
    react(() => {
      throw new SystemExit(5);
    }),
};

const program = programs[name];
if (program === undefined) throw new RangeError(`There is no program ${name}`);
void program().then(() => console.log('over'));
