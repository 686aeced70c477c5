import { expect } from 'chai';
import { describeEachDriver } from './each-driver.js';
import { type Ending, runProgram } from './run-program.js';

describeEachDriver('NodeHostLoop: the process', (driver) => {
  const run = (program: string): Promise<Ending> =>
    runProgram('./host-loop-program.ts', program, driver.name);

  it('ends unless the loop is ref’d, with code 0 though the descriptor is ready', async () => {
    expect(await run('doesn’t ref')).to.include({ code: 0, signal: null, errors: '' });
  });

  it('stays for a turn to come, once the loop is ref’d', async () => {
    const { code, output } = await run('refs');
    expect({ code, output }).to.deep.equal({ code: 0, output: ['turn'] });
  });

  it('gets what turns and flushes throw as uncaughtException, and goes on', async () => {
    const { code, output } = await run('throws everywhere');
    expect(output).to.deep.equal(['turn 1', 'flush', 'turn 2', 'turn 3', 'turn 4']);
    expect(code).to.equal(0);
  });

  it('ends as Node does when nobody catches what a turn throws', async () => {
    const { code, signal, errors } = await run('throws with nobody to catch');
    expect({ code, signal }).to.deep.equal({ code: 1, signal: null });
    expect(errors).to.include('Error: from a turn');
  });

  it('may exit in a turn', async () => {
    expect(await run('exits in a turn')).to.include({ code: 3, signal: null, errors: '' });
  });

  it('goes on when all references to loops are lost and garbage was collected', async () => {
    const { code, output } = await run('loses its loops');
    expect({ code, output }).to.deep.equal({ code: 0, output: ['all had turns'] });
  });

  if (driver.name === 'koffi') {
    it('survives that a worker ends while its descriptor is ready, by itself or in a turn', async () => {
      const { code, output } = await run('has workers');
      const endings = ['exits in a turn: 3', 'leaves a ready loop: 0'];
      expect({ code, output: output.toSorted() }).to.deep.equal({ code: 0, output: endings });
    });
  }
});
