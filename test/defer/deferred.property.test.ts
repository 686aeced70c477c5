import { expect } from 'chai';
import fc from 'fast-check';
import { Deferred, Failure, flushUnhandledErrors } from '../../src/defer/index.js';
import { ModelDeferred } from './model-deferred.js';

/** The Deferreds of a program, by number. */
const COUNT = 5;

/** What a step does when it is called, after the commands in it: give a value, fail, or give another Deferred. */
type Ending = { give: number } | { fail: number } | { throw: number } | { wait: number } | 'pass';

type Command =
  | {
      do: 'add';
      on: number;
      name: number;
      inside: Command[];
      ending: Ending;
      only: 'callback' | 'errback' | 'both';
    }
  | { do: 'fire' | 'fail' | 'pause' | 'unpause' | 'cancel'; on: number }
  | { do: 'chain'; on: number; to: number };

type Canceller = 'none' | 'silent' | 'firing' | 'failing';

const number = fc.nat(COUNT - 1);

const ending: fc.Arbitrary<Ending> = fc.oneof(
  fc.record({ give: fc.nat(9) }),
  fc.record({ fail: fc.nat(9) }),
  fc.record({ throw: fc.nat(9) }),
  { weight: 3, arbitrary: fc.record({ wait: number }) },
  fc.constant('pass' as const),
);

const { command } = fc.letrec<{ command: Command }>((tie) => ({
  command: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.record({
      do: fc.constantFrom('fire', 'fail', 'pause', 'unpause', 'cancel', 'unpause', 'fire'),
      on: number,
    }),
    fc.record({ do: fc.constant('chain'), on: number, to: number }),
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('add'),
        on: number,
        name: fc.nat(999),
        inside: fc.array(tie('command'), { maxLength: 2 }),
        ending,
        only: fc.constantFrom('callback', 'errback', 'both'),
      }),
    },
  ),
}));

/** What both kinds of Deferred can do. */
interface Machine {
  addCallbacks(callback: (result: unknown) => unknown, errback: (failure: unknown) => unknown): unknown;
  chainDeferred(other: never): unknown;
  callback(result: unknown): void;
  errback(reason: unknown): void;
  pause(): void;
  unpause(): void;
  cancel(): void;
}

const pass = (result: unknown): unknown => result;

function show(result: unknown): string {
  if (!(result instanceof Failure)) return String(result);
  return `failure ${result.value instanceof Error ? result.value.name : String(result.value)}`;
}

/** Runs commands on machines, and writes down everything that can be seen from outside. */
class Interpreter<M extends Machine> {
  readonly log: string[] = [];

  constructor(readonly machines: readonly M[]) {}

  run(commands: readonly Command[]): void {
    for (const each of commands) {
      try {
        this.#execute(each);
      } catch (error) {
        this.log.push(`${each.do} threw ${(error as Error).name}`);
      }
    }
  }

  #execute(each: Command): void {
    const machine = this.machines[each.on] as M;
    switch (each.do) {
      case 'add': {
        const step = (result: unknown): unknown => this.#step(each, result);
        machine.addCallbacks(each.only === 'errback' ? pass : step, each.only === 'callback' ? pass : step);
        break;
      }
      case 'chain':
        machine.chainDeferred(this.machines[each.to] as never);
        break;
      case 'fire':
        machine.callback(each.on);
        break;
      case 'fail':
        machine.errback(`of ${each.on}`);
        break;
      case 'pause':
      case 'unpause':
      case 'cancel':
        machine[each.do]();
        break;
    }
  }

  #step(step: Extract<Command, { do: 'add' }>, result: unknown): unknown {
    this.log.push(`step ${step.name} of ${step.on} gets ${show(result)}`);
    this.run(step.inside);
    this.log.push(`step ${step.name} of ${step.on} ends`);
    if (step.ending === 'pass') return result;
    if ('give' in step.ending) return step.ending.give;
    if ('fail' in step.ending) return new Failure(step.ending.fail);
    if ('wait' in step.ending) return this.machines[step.ending.wait];
    throw step.ending.throw;
  }
}

function cancellerOf(kind: Canceller): ((deferred: Machine) => void) | undefined {
  switch (kind) {
    case 'none':
      return undefined;
    case 'silent':
      return () => {};
    case 'firing':
      return (deferred) => {
        deferred.callback('from the canceller');
      };
    case 'failing':
      return (deferred) => {
        deferred.errback('from the canceller');
      };
  }
}

function machines<M>(
  make: (canceller: ((deferred: Machine) => void) | undefined) => M,
  kinds: Canceller[],
): M[] {
  return kinds.map((kind) => make(cancellerOf(kind)));
}

describe('Deferred, in random programs', () => {
  const cancellers = fc.array(fc.constantFrom<Canceller[]>('none', 'silent', 'firing', 'failing'), {
    minLength: COUNT,
    maxLength: COUNT,
  });

  it('does what a plain recursive model does, and leaves the same failures unhandled', () => {
    fc.assert(
      fc.property(cancellers, fc.array(command, { maxLength: 40 }), (kinds, commands) => {
        flushUnhandledErrors();
        const real = new Interpreter(machines((canceller) => new Deferred<unknown>(canceller), kinds));
        const model = new Interpreter(machines((canceller) => new ModelDeferred(canceller), kinds));
        real.run(commands);
        const unhandled = flushUnhandledErrors().map(show);
        model.run(commands);

        expect(real.log).to.deep.equal(model.log);
        expect(real.machines.map((deferred) => deferred.called)).to.deep.equal(
          model.machines.map((deferred) => deferred.fired),
        );
        const failed = model.machines.filter((deferred) => deferred.result instanceof Failure);
        expect(unhandled.sort()).to.deep.equal(failed.map((deferred) => show(deferred.result)).sort());
      }),
      { numRuns: 2000 },
    );
  });
});
