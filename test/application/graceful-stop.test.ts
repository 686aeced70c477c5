import { expect } from 'chai';
import { ClientService, StreamServerEndpointService } from '../../src/application/index.js';
import { TCP4ClientEndpoint, TCP4ServerEndpoint } from '../../src/endpoints/index.js';
import { ConnectionAborted, ConnectionDone } from '../../src/errors/index.js';
import type { IStoppingProtocol } from '../../src/interfaces/index.js';
import { Factory } from '../../src/protocols/index.js';
import {
  type ConformanceEnvironment,
  RecordingFactory,
  RecordingProtocol,
  addressOf,
} from '../../src/testing/conformance/index.js';
import { Clock } from '../../src/time/index.js';
import { describeOnKernel } from '../tcp/on-kernel.js';

/** A server whose protocols are made by `build`, on a real port, with a clock of its own for the grace period. */
async function serve(env: ConformanceEnvironment, build: () => RecordingProtocol) {
  const clock = new Clock();
  const factory = new RecordingFactory({ build });
  env.abortAfterwards(factory);
  const endpoint = new TCP4ServerEndpoint(env.reactor, 0, { interface: '127.0.0.1' });
  const service = new StreamServerEndpointService(endpoint, factory, { gracePeriodMs: 3000, clock });
  await service.startService();
  const place = addressOf(service.port!);
  return { clock, factory, place, service };
}

/** Notes when a promise is through. */
function watch(promised: PromiseLike<unknown>): { ended: boolean } {
  const watched = { ended: false };
  promised.then(() => (watched.ended = true));
  return watched;
}

/** Answers a request in its own time, and leaves when the server stops and nothing is to be answered. */
class Answering extends RecordingProtocol implements IStoppingProtocol {
  stopping = false;

  serviceStopping(): void {
    this.stopping = true;
    if (this.received.length === 0) this.transport.loseConnection();
  }

  answer(): void {
    this.transport.write(Buffer.from('answer'));
    if (this.stopping) this.transport.loseConnection();
  }
}

describeOnKernel('A graceful stop on real sockets', (it) => {
  it('accepts nobody any more, lets who is busy finish, and has ended when all have gone', async (env) => {
    const { clock, factory, place, service } = await serve(env, () => new Answering());
    const [idle, busy] = [env.peers.connect(place), env.peers.connect(place)];
    await env.drive(() => factory.protocols.length === 2 && idle.connected && busy.connected);
    busy.send('question');
    await env.drive(() => factory.protocols.some(({ received }) => received.length > 0));
    const stopped = watch(service.stopService());
    await env.drive(() => idle.sawEnd && factory.events.includes('stop'));
    const late = env.peers.connect(place);
    await env.drive(() => late.failure === 'ECONNREFUSED');
    expect([stopped.ended, busy.sawClose]).to.deep.equal([false, false]);
    const answering = factory.protocols.find(({ received }) => received.length > 0) as Answering;
    answering.answer();
    await env.drive(() => stopped.ended);
    await env.drive(() => busy.sawEnd);
    expect(busy.received.toString()).to.equal('answer');
    for (const { reason } of factory.protocols) expect(reason?.value).to.be.instanceOf(ConnectionDone);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('resets who is left when the time is up, and has ended only then', async (env) => {
    const { clock, factory, place, service } = await serve(env, () => new RecordingProtocol());
    const [patient, leaving] = [env.peers.connect(place), env.peers.connect(place)];
    await env.drive(() => factory.protocols.length === 2 && patient.connected && leaving.connected);
    const stopped = watch(service.stopService());
    leaving.shutdownWrite();
    await env.drive(() => factory.protocols.some(({ lost }) => lost));
    clock.advance(2.999);
    await env.drive.turns(3);
    expect([stopped.ended, patient.sawClose]).to.deep.equal([false, false]);
    clock.advance(0.001);
    expect(factory.protocols.filter(({ lost }) => lost)).to.have.length(1);
    await env.drive(() => stopped.ended && patient.sawReset);
    const reasons = factory.protocols.map(({ reason }) => reason?.value);
    expect(reasons.filter((reason) => reason instanceof ConnectionAborted)).to.have.length(1);
  });

  it('lets the same port be opened again at once', async (env) => {
    const { factory, place, service } = await serve(env, () => new Answering());
    const endpoint = new TCP4ServerEndpoint(env.reactor, place.port, { interface: '127.0.0.1' });
    await env.drive.result(service.stopService());
    const again = new StreamServerEndpointService(endpoint, factory, { failOnListenError: true });
    await env.drive.result(again.startService());
    const peer = env.peers.connect(place);
    await env.drive(() => factory.protocols.length === 1 && peer.connected);
    await env.drive.result(again.stopService());
  });
});

describeOnKernel('A ClientService on real sockets', (it) => {
  it('connects again when the server has reset its connection, and when it was away', async (env) => {
    const listener = env.peers.listen();
    const place = listener.address;
    const factory = Factory.forProtocol(RecordingProtocol);
    const clock = new Clock();
    const service = new ClientService(new TCP4ClientEndpoint(env.reactor, place.host, place.port), factory, {
      clock,
      retryPolicy: () => 1,
    });
    env.addCleanup(() => service.stopService());
    service.startService();
    const first = await env.drive.result(service.whenConnected());
    await env.drive(() => listener.accepted.length === 1);
    listener.accepted[0]!.reset();
    await env.drive(() => service.state === 'waiting');

    listener.close();
    const failed = service.whenConnected({ failAfterFailures: 1 }).addErrback(({ value }) => value as Error);
    clock.advance(1);
    expect(await env.drive.result(failed)).to.include({ name: 'ConnectionRefusedError' });

    const back = env.peers.listen({ host: place.host, port: place.port });
    const connected = service.whenConnected();
    clock.advance(1);
    const second = await env.drive.result(connected);
    expect(second).to.be.instanceOf(RecordingProtocol).and.not.equal(first);
    second.transport.write(Buffer.from('here again'));
    await env.drive(() => back.accepted[0]?.received.toString() === 'here again');
    await env.drive.result(service.stopService());
    await env.drive(() => back.accepted[0]?.sawEnd === true);
    expect(second.reason?.value).to.be.instanceOf(ConnectionDone);
    expect(factory.numPorts).to.equal(0);
  });
});
