import { expect } from 'chai';
import { ReactorAlreadyInstalledError } from '../../src/errors/index.js';
import { getDriver } from '../../src/libc/index.js';
import { Reactor, getReactor, installReactor } from '../../src/reactor/index.js';

describe('getReactor and installReactor', () => {
  // Whatever there was is closed, so that each test begins without one.
  beforeEach(() => getReactor().close());
  afterEach(() => getReactor().close());

  // Twisted: InstallationTests.test_reactor, PollReactorTests.test_linux
  it('makes the default reactor on first use, once', () => {
    const reactor = getReactor();
    expect(reactor).to.be.instanceOf(Reactor);
    expect(reactor.driver).to.equal(getDriver());
    expect(getReactor()).to.equal(reactor);
  });

  // Twisted: InstallReactorTests.test_installReactor, InstallationTests.test_install
  it('answers the one that was installed', () => {
    const reactor = new Reactor();
    installReactor(reactor);
    expect(getReactor()).to.equal(reactor);
  });

  // Twisted: InstallReactorTests.test_alreadyInstalled
  it('refuses a second one, until the first is closed', () => {
    const first = getReactor();
    using second = new Reactor();
    expect(() => installReactor(second)).to.throw(ReactorAlreadyInstalledError);
    expect(getReactor()).to.equal(first);
    first.close();
    installReactor(second);
    expect(getReactor()).to.equal(second);
  });

  it('refuses what is no reactor', () => {
    const notOne: unknown = {};
    expect(() => installReactor(notOne as Reactor)).to.throw(
      TypeError,
      'installReactor needs a Reactor, not {}',
    );
    expect(() => installReactor(undefined as unknown as Reactor)).to.throw(TypeError, 'not undefined');
    expect(getReactor()).to.be.instanceOf(Reactor);
  });

  it('makes another after the default one was closed', () => {
    const first = getReactor();
    first.close();
    expect(getReactor()).to.not.equal(first);
  });
});
