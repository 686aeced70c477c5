import { expect } from 'chai';
import { IPv4Address } from '../../src/address/index.js';
import {
  BadFileError,
  ConnectBindError,
  ConnectError,
  ConnectingCancelledError,
  ConnectionRefusedError,
  DNSLookupError,
  NoRouteError,
  ServiceNameUnknownError,
  SystemError,
  TCPTimedOutError,
  TimeoutError,
  UnknownHostError,
  UserError,
} from '../../src/errors/index.js';

describe('ConnectError', () => {
  const kinds = [
    [ConnectError, 'An error occurred while connecting'],
    [ConnectBindError, "Couldn't bind"],
    [UnknownHostError, "Hostname couldn't be looked up"],
    [NoRouteError, 'No route to host'],
    [ConnectionRefusedError, 'Connection was refused by other side'],
    [TCPTimedOutError, 'TCP connection timed out'],
    [BadFileError, 'File used for UNIX socket is no good'],
    [ServiceNameUnknownError, 'Service name given as port is unknown'],
    [UserError, 'User aborted connection'],
    [TimeoutError, 'User timeout caused connection failure'],
  ] as const;

  for (const [Kind, text] of kinds) {
    // Twisted: StringificationTests.testThemAll
    it(`${Kind.name} begins with its own sentence, then the system's error and the detail`, () => {
      const osError = new SystemError('connect', 111);
      expect(new Kind().message).to.equal(`${text}.`);
      expect(new Kind(null, 'foo').message).to.equal(`${text}: foo.`);
      expect(new Kind(osError).message).to.equal(`${text}: connect ECONNREFUSED: connection refused.`);
      expect(new Kind(osError, 'foo').message).to.equal(
        `${text}: connect ECONNREFUSED: connection refused: foo.`,
      );
      expect(new Kind()).to.be.instanceOf(ConnectError);
    });
  }

  it("the system's error is the cause, and gives the code", () => {
    const osError = new SystemError('socket', 24);
    expect(new ConnectBindError(osError)).to.include({ osError, cause: osError, code: 'EMFILE' });
  });

  it('another cause may be given', () => {
    const osError = new SystemError('socket', 24);
    const cause = new Error('deeper');
    expect(new ConnectError(osError, '', { cause })).to.include({ osError, cause });
  });

  it('without a system error there is no code and no cause', () => {
    const error = new ConnectError();
    expect(error).to.include({ osError: null, code: undefined });
    expect(error).not.to.have.property('cause');
  });

  it('a system error without a code gives none', () => {
    expect(new ConnectError(new Error('odd')).code).to.equal(undefined);
  });

  it('TimeoutError is a kind of UserError', () => {
    expect(new TimeoutError()).to.be.instanceOf(UserError);
  });

  // Beyond Twisted (E6): running out of descriptors is named, with the numbers.
  it('a bind error for lack of descriptors names EMFILE and how many are in use', () => {
    const osError = new SystemError('socket', 24, { detail: '64 of 64 descriptors in use' });
    expect(new ConnectBindError(osError).message).to.equal(
      "Couldn't bind: socket EMFILE: too many open files, 64 of 64 descriptors in use.",
    );
  });
});

describe('DNSLookupError', () => {
  // Twisted: StringificationTests.testThemAll
  it('has the text of Twisted', () => {
    expect(new DNSLookupError().message).to.equal('DNS lookup failed.');
    expect(new DNSLookupError('foo').message).to.equal('DNS lookup failed: foo.');
  });

  it("takes its code from the resolver's error", () => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND x.invalid'), { code: 'ENOTFOUND' });
    expect(new DNSLookupError(cause.message, { cause }).code).to.equal('ENOTFOUND');
    expect(new DNSLookupError().code).to.equal(undefined);
  });
});

describe('ConnectingCancelledError', () => {
  // Twisted: StringificationTests.test_connectingCancelledError
  it('keeps its address', () => {
    const address = new IPv4Address('TCP', '127.0.0.1', 80);
    const error = new ConnectingCancelledError(address);
    expect(error.address).to.equal(address);
    expect(error.message).to.equal('Connecting to IPv4Address(TCP, 127.0.0.1, 80) was cancelled');
  });
});
