import { expect } from 'chai';
import { type Ending, runProgram } from '../libc/run-program.js';

const names = ['imports everything', 'lives and dies', 'gets signals', 'has no handlers left'] as const;

describe('A process with a reactor', () => {
  const endings = new Map<string, Promise<Ending>>();

  /** All are started at once: what takes time is Node's own start. */
  before(() => {
    for (const name of names) endings.set(name, runProgram('../reactor/process-program.ts', name));
  });

  async function ending(name: (typeof names)[number]): Promise<Ending> {
    const found = await endings.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  }

  // R5
  it('opens nothing, listens to nothing and is kept alive by nothing when it imports heddle', async () => {
    const { output, errors, code } = await ending('imports everything');
    expect([output, errors, code]).to.deep.equal([['nothing new', 'function empty'], '', 0]);
  });

  it('stays alive while something is watched, waited for or running, and no longer', async () => {
    const { output, errors, code } = await ending('lives and dies');
    expect(output).to.deep.equal([
      'idle: empty',
      'watching: alive',
      'watching for nobody’s sake: empty',
      'watching no more: empty',
      'waiting for a timer: alive',
      'the timer cancelled: empty',
      'running: alive',
      'stopped: empty',
      'crashed: empty',
      'closed: empty',
    ]);
    expect([errors, code]).to.deep.equal(['', 0]);
  });

  // Twisted: ReactorBaseSignalTests.test_exitSignalDefaultsToNone, test_captureSIGTERM. R4
  it('stops in order by the first SIGINT or SIGTERM, every reactor, and at once by the second', async () => {
    const { output, errors, code } = await ending('gets signals');
    expect(output).to.deep.equal([
      'before: none',
      'listeners: 4',
      'in order',
      'one: SIGINT, SIGINT, 0',
      'waiting: true, true',
      'two: SIGTERM, false, 0',
      'left alone: 0, true',
      'afterwards: empty',
    ]);
    expect(errors).to.match(/^.*SIGTERM.*at once.*\n$/);
    expect(code).to.equal(0);
  });

  it('is ended by a signal as ever when no reactor runs', async () => {
    const { signal, output, errors } = await ending('has no handlers left');
    expect([signal, output, errors]).to.deep.equal(['SIGTERM', [], '']);
  });
});
