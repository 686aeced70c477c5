import { expect } from 'chai';
import { ListenFDs } from '../../src/endpoints/index.js';

function given(environ: Record<string, string>, pid = 4711): ListenFDs {
  return ListenFDs.fromEnvironment({ environ, pid });
}

describe('ListenFDs.fromEnvironment()', () => {
  // Twisted: ListenFDsTests.test_defaultEnviron
  it('knows as many descriptors as there are, from 3 on', () => {
    const sockets = given({ LISTEN_PID: '4711', LISTEN_FDS: '5' });
    expect(sockets.inheritedDescriptors()).to.deep.equal([3, 4, 5, 6, 7]);
  });

  it("looks at the process's own environment and id unless told otherwise", () => {
    process.env['LISTEN_PID'] = String(process.pid);
    process.env['LISTEN_FDS'] = '2';
    expect(ListenFDs.fromEnvironment({ start: 100 }).inheritedDescriptors()).to.deep.equal([100, 101]);
    expect(process.env).not.to.have.any.keys('LISTEN_PID', 'LISTEN_FDS');
  });

  // Twisted: ListenFDsTests.test_secondEnvironment
  it('takes the variables away, so that a second call finds none', () => {
    const environ = { LISTEN_PID: '4711', LISTEN_FDS: '1', LISTEN_FDNAMES: 'web', PATH: '/bin' };
    expect(given(environ).inheritedDescriptors()).to.deep.equal([3]);
    expect(environ).to.deep.equal({ PATH: '/bin' });
    expect(given(environ).inheritedDescriptors()).to.deep.equal([]);
  });

  // Twisted: ListenFDsTests.test_mismatchedPID, ListenFDsTests.test_missingPIDVariable, ListenFDsTests.test_nonIntegerPIDVariable,
  // ListenFDsTests.test_missingFDSVariable, ListenFDsTests.test_nonIntegerFDSVariable
  it('finds none unless they are meant for this process and counted', () => {
    const none: Record<string, string>[] = [
      { LISTEN_PID: '4712', LISTEN_FDS: '1' },
      { LISTEN_FDS: '1' },
      { LISTEN_PID: 'me', LISTEN_FDS: '1' },
      { LISTEN_PID: '4711' },
      { LISTEN_PID: '4711', LISTEN_FDS: 'some' },
      { LISTEN_PID: '4711', LISTEN_FDS: '-1' },
      { LISTEN_PID: '4711', LISTEN_FDS: '1e9' },
      {},
    ];
    for (const environ of none) expect(given(environ).inheritedDescriptors()).to.deep.equal([]);
  });

  // Twisted: ListenFDsTests.test_inheritedNamedDescriptors
  it('finds none if there are more than a process can have', () => {
    const found = (count: number): number =>
      given({ LISTEN_PID: '4711', LISTEN_FDS: String(count) }).inheritedDescriptors().length;
    expect([found(2 ** 20 - 3), found(2 ** 20 - 2), found(999_999_999)]).to.deep.equal([2 ** 20 - 3, 0, 0]);
  });

  it('knows them by name', () => {
    const sockets = given({ LISTEN_PID: '4711', LISTEN_FDS: '2', LISTEN_FDNAMES: 'web:admin' });
    expect([...sockets.inheritedNamedDescriptors()]).to.deep.equal([
      ['web', 3],
      ['admin', 4],
    ]);
  });

  it('calls those without a name unknown, as systemd does', () => {
    const sockets = given({ LISTEN_PID: '4711', LISTEN_FDS: '1' });
    expect([...sockets.inheritedNamedDescriptors()]).to.deep.equal([['unknown', 3]]);
  });

  it('finds none if there are not as many names as descriptors', () => {
    for (const LISTEN_FDNAMES of ['web', 'a:b:c', '']) {
      const sockets = given({ LISTEN_PID: '4711', LISTEN_FDS: '2', LISTEN_FDNAMES });
      expect(sockets.inheritedDescriptors()).to.deep.equal([]);
    }
  });
});
