import { expect } from 'chai';
import { byCreator, byEndpoint, byFactory } from '../../../examples/ported/howto/clients.js';
import { QuoteFactory } from '../../../examples/ported/howto/quote.js';
import { FollowerFactory } from '../../../examples/ported/howto/reconnecting.js';
import { Clock, ConnectionLost, ConnectionRefusedError } from '../../../src/index.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';
import { RunningProgram } from './running-program.js';
import { heard, served } from './served.js';

describeOnKernel('examples/ported/howto/clients.ts', (it) => {
  it('hears what quote.ts says, in three ways', async (env) => {
    const factory = new QuoteFactory('All is well');
    const { host, port } = served(env, factory);
    const { reactor } = env;
    expect(await env.drive.result(byEndpoint(reactor, host, port))).to.equal('All is well');
    expect(await env.drive.result(byCreator(reactor, host, port))).to.equal('All is well');
    expect(await env.drive.result(byFactory(reactor, host, port))).to.deep.equal([
      `connecting to IPv4Address(TCP, ${host}, ${port})`,
      'heard: All is well',
      'ended: Connection was closed cleanly.',
    ]);
    expect(factory.visitors).to.equal(3);
  });

  it('fails where nobody is, and where the connection is cut off', async (env) => {
    const listener = env.peers.listen();
    const { host, port } = listener.address;
    const { reactor } = env;
    const failure = (result: Promise<unknown>) => env.drive.result(result.catch((error: unknown) => error));
    const accepted = async () => {
      await env.drive(() => listener.accepted.length > 0);
      await env.drive.turns(5); // in the first of which the client is told
      return listener.accepted.pop()!;
    };
    for (const by of [byEndpoint, byCreator]) {
      const cutOff = failure(by(reactor, host, port));
      (await accepted()).reset();
      expect(await cutOff).to.be.instanceOf(ConnectionLost);
    }
    const events = env.drive.result(byFactory(reactor, host, port));
    (await accepted()).reset();
    expect((await events).slice(1).join()).to.match(
      /^was cut off,ended: Connection to the other side was lost/,
    );
    listener.close();
    for (const by of [byEndpoint, byCreator, byFactory])
      expect(await failure(by(reactor, host, port))).to.be.instanceOf(ConnectionRefusedError);
  });
});

describeOnKernel('examples/ported/howto/reconnecting.ts', (it) => {
  it('keeps its lines beyond a connection, and says how many it has', async (env) => {
    const clock = new Clock();
    const listener = env.peers.listen();
    const factory = new FollowerFactory({ clock, jitter: 0 });
    const told: string[] = [];
    factory.lineReceived = (line) => told.push(line);
    const connector = env.reactor.connectTCP(listener.address.host, listener.address.port, factory);
    env.addCleanup(() => {
      factory.stopTrying();
      connector.disconnect();
    });
    await env.drive(() => listener.accepted.length === 1);
    const [first] = listener.accepted;
    expect(await heard(env, first!, 'SINCE 0\r\n')).to.equal('SINCE 0\r\n');
    first!.send('one\r\ntwo\r\n');
    await env.drive(() => factory.lines.length === 2);
    first!.reset();
    await env.drive(() => clock.getDelayedCalls().length === 1);
    clock.advance(1);
    await env.drive(() => listener.accepted.length === 2);
    expect(await heard(env, listener.accepted[1]!, 'SINCE 2\r\n')).to.equal('SINCE 2\r\n');
    listener.accepted[1]!.send('three\r\n');
    await env.drive(() => factory.lines.length === 3);
    expect([told, factory.delay]).to.deep.equal([['one', 'two', 'three'], 1]);
  });

  it('stops while it is connected, and connects no more', async (env) => {
    const { address, accepted } = env.peers.listen();
    await using program = RunningProgram.typescript(
      'examples/ported/howto/reconnecting.ts',
      address.host,
      address.port,
    );
    await env.drive(() => accepted.length === 1);
    accepted[0]!.send('a line\r\n');
    await env.drive.result(program.says(/^a line\n/));
    expect(await env.drive.result(program.stop())).to.equal(0);
  });
});

describeOnKernel('examples/ported/portforward.ts', (it) => {
  it('passes on what is said on both sides, and the end', async (env) => {
    const { address, accepted } = env.peers.listen();
    await using program = RunningProgram.typescript(
      'examples/ported/portforward.ts',
      'tcp:0:interface=127.0.0.1',
      address.host,
      address.port,
    );
    const port = Number(await env.drive.result(program.says(/^forwarding tcp:(\d+):/)));
    const peer = env.peers.connect({ host: '127.0.0.1', port });
    peer.send('there');
    await env.drive(() => accepted[0]?.received.toString() === 'there');
    accepted[0]!.send('and back');
    expect(await heard(env, peer, 'and back')).to.equal('and back');
    peer.shutdownWrite();
    await env.drive(() => accepted[0]!.sawEnd);
    accepted[0]!.close();
    await env.drive(() => peer.sawEnd);
    expect(await env.drive.result(program.stop())).to.equal(0);
  });
});

describeOnKernel('examples/ported/howto/quote.ts', (it) => {
  it('counts anew when it is started again', async (env) => {
    const factory = new QuoteFactory();
    const { reactor } = env;
    for (let round = 0; round < 2; round += 1) {
      const port = reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
      await env.drive.result(byEndpoint(reactor, '127.0.0.1', port.getHost().port));
      expect(factory.visitors).to.equal(1);
      await env.drive.result(port.stopListening());
    }
  });
});
