import { expect } from 'chai';
import { withState } from '../../src/logger/index.js';

describe('withState', () => {
  it('puts what is to be said before the closing bracket, whichever that is', () => {
    expect(withState('<Port on 8007>', 'accepting', 'connections: 3')).to.equal(
      '<Port on 8007, accepting, connections: 3>',
    );
    expect(withState('LoopingCall(1 s, beat)', 'running')).to.equal('LoopingCall(1 s, beat, running)');
  });

  it('leaves out what is false or undefined, and all of it if nothing is left', () => {
    expect(withState('<Echo>', undefined, 'lost', false)).to.equal('<Echo, lost>');
    expect(withState('<Echo>', false)).to.equal('<Echo>');
  });
});
