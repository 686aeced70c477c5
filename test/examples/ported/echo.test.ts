import { expect } from 'chai';
import { EchoClient } from '../../../examples/ported/echoclient.js';
import { Echo } from '../../../examples/ported/echoserv.js';
import { ConnectionDone, Factory, connectProtocol, clientFromString } from '../../../src/index.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';
import { RunningProgram } from './running-program.js';
import { heard, served } from './served.js';

describe('examples/ported/simpleserv.ts and simpleclient.ts', () => {
  it('talk with each other, and the client says when nobody is there', async () => {
    await using server = RunningProgram.typescript('examples/ported/simpleserv.ts', 0);
    const port = await server.says(/^listening on (\d+)\n/);
    await using client = RunningProgram.typescript('examples/ported/simpleclient.ts', port);
    expect([await client.ended(), client.output, client.complaints]).to.deep.equal([
      0,
      'The server says: Is anybody there?\nGoodbye\n',
      '',
    ]);
    expect([await server.stop(), server.complaints]).to.deep.equal([0, '']);
    await using another = RunningProgram.typescript('examples/ported/simpleclient.ts', port, '127.0.0.1');
    expect([await another.ended(), another.output]).to.deep.equal([
      1,
      `No connection: Connection was refused by other side: connect ECONNREFUSED: connection refused (127.0.0.1:${port}).\n`,
    ]);
  });
});

describeOnKernel('examples/ported/echoserv.ts', (it) => {
  it('sends back what comes, and reads no more while a client does not', async (env) => {
    const place = served(env, Factory.forProtocol(Echo));
    const peer = env.peers.connect(place, { receiveBufferBytes: 262_144 });
    peer.stopReading();
    const text = 'All work and no play makes Jack a dull boy.\n'.repeat(600_000);
    peer.send(text);
    // The kernel's buffers on both sides take some, then nobody takes any more.
    let unsent = -1;
    while (unsent !== peer.bytesUnsent) {
      unsent = peer.bytesUnsent;
      await env.drive.turns(50);
    }
    expect(unsent).to.be.greaterThan(text.length / 4);
    peer.resumeReading();
    expect((await heard(env, peer, text)) === text).to.equal(true);
  });
});

describeOnKernel('examples/ported/echoclient.ts', (it) => {
  it('fails if the connection ends before all has come back', async (env) => {
    const listener = env.peers.listen();
    const { host, port } = listener.address;
    const connecting = connectProtocol(
      clientFromString(env.reactor, `tcp:${host}:${port}`),
      new EchoClient(),
    );
    const client = await env.drive.result(connecting);
    await env.drive(() => listener.accepted[0]?.received.toString().endsWith('That was all\r\n') === true);
    listener.accepted[0]!.close();
    const outcome = await env.drive.result(client.done.addErrback((failure) => failure.value));
    expect(outcome).to.be.instanceOf(ConnectionDone);
  });
});
