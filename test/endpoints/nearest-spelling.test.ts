import { expect } from 'chai';
import { nearestSpelling } from '../../src/endpoints/nearest-spelling.js';

describe('nearestSpelling()', () => {
  const known = ['tcp', 'tcp6', 'systemd', 'interface'];

  it('finds the word that was most likely meant', () => {
    expect(nearestSpelling('tpc', known)).to.equal('tcp');
    expect(nearestSpelling('tcpp', known)).to.equal('tcp');
    expect(nearestSpelling('TCP', known)).to.equal('tcp');
    expect(nearestSpelling('sytemd', known)).to.equal('systemd');
    expect(nearestSpelling('intreface', known)).to.equal('interface');
  });

  it('finds none where nothing is near', () => {
    expect(nearestSpelling('udp', known)).to.equal(undefined);
    expect(nearestSpelling('x', known)).to.equal(undefined);
    expect(nearestSpelling('', known)).to.equal(undefined);
    expect(nearestSpelling('a'.repeat(10_000), known)).to.equal(undefined);
  });
});
