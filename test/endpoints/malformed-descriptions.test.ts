import { expect } from 'chai';
import { EndpointSyntaxError, clientFromString, serverFromString } from '../../src/endpoints/index.js';
import { FakeReactorTCP } from './fake-reactor-tcp.js';

/** A bad description, the field that is to be named, the part that is to be marked, and words of the message. */
type Mistake = readonly [description: string, field: string, marked: string, words: string];

const servers: readonly Mistake[] = [
  ['', 'type', '', 'must begin with the type'],
  [':80', 'type', ':', 'must begin with the type'],
  ['port=80', 'type', 'port=80', 'must begin with the type'],
  // Twisted: ParserTests.test_unknownType
  [
    'ftl:andromeda/carcosa/hali/2387',
    'type',
    'ftl',
    'Unknown endpoint type: "ftl"; known are tcp: tcp4: tcp6:',
  ],
  ['tpc:80', 'type', 'tpc', 'Did you mean tcp:?'],
  ['80', 'type', '80', 'Unknown endpoint type: "80"'],
  ['tcp ', 'type', 'tcp ', 'Did you mean tcp:?'],
  ['tcp', 'port', '', 'the port is missing: write tcp:PORT'],
  ['tcp:', 'port', '', 'the port is missing'],
  ['tcp:port=', 'port', '', 'the port is missing'],
  ['tcp:interface=127.0.0.1', 'port', '', 'the port is missing'],
  ['tcp:80o', 'port', '80o', 'a whole number from 0 to 65535, or the name of a service, not "80o"'],
  ['tcp:65536', 'port', '65536', 'from 0 to 65535'],
  ['tcp:-1', 'port', '-1', 'from 0 to 65535'],
  ['tcp:8.0', 'port', '8.0', 'from 0 to 65535'],
  ['tcp: 80', 'port', ' 80', 'from 0 to 65535'],
  ['tcp:80:port=81', 'port', '80', 'the port is given twice'],
  ['tcp:port=80:port=81', 'port', 'port=81', 'the port is given twice'],
  ['tcp:80:127.0.0.1:interface=10.0.0.1', 'interface', '127.0.0.1', 'the interface is given twice'],
  // Unquoted colons: to be taken for a backlog of 1 on all interfaces would be worst.
  ['tcp:80:interface=::1', 'interface', ':', 'IPv6 addresses are written in brackets'],
  ['tcp:80:::1', 'part 4', '1', 'IPv6 addresses are written in brackets'],
  ['tcp:80:127.0.0.1:5:6', 'part 4', '6', 'one part too many'],
  ['tcp:80:interface=localhost', 'interface', 'localhost', 'must be an IP address, not "localhost"'],
  ['tcp:80:interface=127.0.0.256', 'interface', '127.0.0.256', 'must be an IP address'],
  ['tcp4:80:interface=[::1]', 'interface', '[::1]', '::1 is an IPv6 address, and tcp4: is for IPv4'],
  ['tcp6:80:interface=127.0.0.1', 'interface', '127.0.0.1', 'is an IPv4 address, and tcp6: is for IPv6'],
  ['tcp:80:backlog=many', 'backlog', 'many', 'a whole number from 0 on, not "many"'],
  ['tcp:80:backlog=', 'backlog', '', 'a whole number from 0 on'],
  ['tcp:80:backlog=-5', 'backlog', '-5', 'a whole number from 0 on'],
  ['tcp:80:backlog=1.5', 'backlog', '1.5', 'a whole number from 0 on'],
  ['tcp:80:reusePort=maybe', 'reusePort', 'maybe', 'must be one of true, false'],
  ['tcp:80:colour=red', 'colour', 'colour', 'has no option "colour", but port, interface, backlog'],
  ['tcp:80:interfaec=127.0.0.1', 'interfaec', 'interfaec', 'Did you mean "interface"?'],
  ['tcp:80:BACKLOG=1', 'BACKLOG', 'BACKLOG', 'Did you mean "backlog"?'],
  ['tcp:80:=1', '', '=', 'has no option ""'],
  ['tcp:80\\', 'part 1', '\\', 'nothing after the backslash'],
  ['tcp:80:interface=\\', 'interface', '\\', 'nothing after the backslash'],
  ['tcp:[::1:80', 'part 1', '[', 'never closed'],
  ['tcp:80:interface=[::1', 'interface', '[', 'never closed'],
  ['tcp:[::1]80', 'part 1', '8', 'followed by a colon or the end, not by "8"'],
  ['systemd:domain=INET', 'index', '', 'the index or the name of a socket is missing'],
  // Twisted: SystemdEndpointPluginTests.test_indexAndNameMutuallyExclusive
  ['systemd:domain=INET:index=0:name=web', 'name', 'web', "can't both be given"],
  ['systemd:domain=INET:index=7', 'index', '7', 'there is no socket 7: systemd has given this process 0'],
  ['systemd:domain=INET:index=x', 'index', 'x', 'a whole number'],
  [
    'systemd:domain=INET:name=web',
    'name',
    'web',
    'there is no socket "web": systemd has given this process none',
  ],
  ['systemd:0:domain=INET', 'part 1', '0', 'every part needs a name'],
  ['fd:9', 'domain', '', 'the domain is missing'],
  ['fd:9:domain=UNIX', 'domain', 'UNIX', 'must be one of INET, INET6'],
  ['fd:three:domain=INET', 'number', 'three', 'a whole number from 0 on'],
  ['fd:domain=INET', 'number', '', 'the number is missing'],
];

const clients: readonly Mistake[] = [
  // Twisted: ClientStringTests.test_unknownType
  ['ftl:andromeda/carcosa/hali/2387', 'type', 'ftl', 'Unknown endpoint type: "ftl"'],
  ['systemd:domain=INET:index=0', 'type', 'systemd', 'one can listen by systemd:, but not connect'],
  ['tcp:example.com', 'port', '', 'the port is missing: write tcp:HOST:PORT'],
  ['tcp::80', 'host', '', 'the host is missing'],
  ['tcp:80', 'port', '', 'the port is missing'],
  ['tcp:example.com:0', 'port', '0', 'from 1 to 65535'],
  ['tcp:example.com:no-such-service', 'port', 'no-such-service', 'the name of a service'],
  ['tcp://example.com:80', 'host', '//example.com', '"//example.com" is not the name of a host'],
  ['tcp:[example]:80', 'host', '[example]', 'is not the name of a host'],
  ['tcp:::1:80', 'part 3', '1', 'one part too many: for tcp: host, port'],
  ['tcp:example.com:80:timeout=soon', 'timeout', 'soon', 'must be a number from 0 on, not "soon"'],
  ['tcp:example.com:80:timeout=-1', 'timeout', '-1', 'must be a number from 0 on'],
  ['tcp:example.com:80:timeout=1e3', 'timeout', '1e3', 'must be a number from 0 on'],
  ['tcp:example.com:80:bindAddress=lo', 'bindAddress', 'lo', 'must be an IP address'],
  [
    'tcp6:example.com:80:bindAddress=127.0.0.1',
    'bindAddress',
    '127.0.0.1',
    'is an IPv4 address, and tcp6: is for IPv6',
  ],
  ['tcp4:[::1]:80', 'host', '[::1]', 'is an IPv6 address, and tcp4: is for IPv4'],
  ['tcp:example.com:80:interface=127.0.0.1', 'interface', 'interface', 'has no option "interface"'],
];

const fromString = { server: serverFromString, client: clientFromString };

function mistakeIn(side: 'server' | 'client', description: string): EndpointSyntaxError {
  try {
    fromString[side](new FakeReactorTCP(), description);
  } catch (error) {
    expect(error).to.be.instanceOf(EndpointSyntaxError);
    return error as EndpointSyntaxError;
  }
  return expect.fail(`${description} was taken`);
}

for (const [side, mistakes] of [
  ['server', servers],
  ['client', clients],
] as const) {
  describe(`${side}FromString() and its mistakes`, () => {
    for (const [description, field, marked, words] of mistakes) {
      it(`says of ${JSON.stringify(description)} what is wrong with ${JSON.stringify(field)}, and where`, () => {
        const error = mistakeIn(side, description);
        expect(error.message).to.match(/^Bad endpoint description: /);
        expect(error.message).to.include(words);
        expect(error).to.include({ field, description, name: 'EndpointSyntaxError' });
        // The carets stand below the part that is wrong.
        const [, shown = '', carets = ''] = error.message.split('\n');
        expect(shown).to.equal(`    ${description}`);
        expect(carets.trimStart()).to.equal('^'.repeat(Math.max(1, marked.length)));
        expect(shown.slice(carets.indexOf('^'), carets.length)).to.equal(marked);
        expect(carets.indexOf('^')).to.equal(4 + error.position);
      });
    }
  });
}

describe('EndpointSyntaxError', () => {
  it('is a SyntaxError, and keeps its picture whole whatever characters there are', () => {
    const error = mistakeIn('server', 'tcp:8\n0:backlog=1');
    expect(error).to.be.instanceOf(SyntaxError);
    expect(error.message.split('\n').slice(1)).to.deep.equal(['    tcp:8?0:backlog=1', '        ^^^']);
  });
});
