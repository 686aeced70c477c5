/**
 * Mistakes, from the outside and from the application: each is an error that says what is wrong, costs one connection at most, and
 * leaves no descriptor behind.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import {
  CannotListenError,
  ClientFactory,
  ConnectionRefusedError,
  DNSLookupError,
  Deferred,
  Factory,
  type Failure,
  type IConnector,
  Protocol,
  Reactor,
} from '../../src/index.js';
import { LogRecording } from '../logger/log-recording.js';
import { check, rounded } from './harness/check.js';
import { until, within } from './harness/deadline.js';
import { EchoClient } from './harness/echo-client.js';
import { descriptors, settledDescriptorCount } from './harness/processes.js';
import { MISTAKE, type Mistake, mistakes, reasons } from './programs/mistakes.js';

/** A resolver that has nobody to ask may take a while to say so. */
const PATIENCE_MS = 30_000;
const LOCAL = { interface: '127.0.0.1' };

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

/** The error that `f` throws, or undefined. */
function thrown(f: () => unknown): unknown {
  try {
    f();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Why connecting fails. */
class Unlucky extends ClientFactory {
  override readonly protocol = Protocol;
  readonly reason = new Deferred<unknown>();

  override clientConnectionFailed(_connector: IConnector, reason: Failure): void {
    this.reason.callback(reason.value);
  }
}

async function connectionFailure(reactor: Reactor, host: string, port: number): Promise<unknown> {
  const factory = new Unlucky();
  reactor.connectTCP(host, port, factory);
  return within(PATIENCE_MS, Promise.resolve(factory.reason));
}

// ---- addresses

async function checkAddresses(reactor: Reactor): Promise<void> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const inUse = thrown(() => reactor.listenTCP(port, Factory.forProtocol(Echo), LOCAL));
  const named = inUse instanceof CannotListenError && inUse.code === 'EADDRINUSE' && inUse.port === port;
  check('a port in use is a CannotListenError', named && inUse.interface === '127.0.0.1', String(inUse));
  holder.close();
  await once(holder, 'close');

  const toListen = thrown(() => reactor.listenTCP(70_000, Factory.forProtocol(Echo)));
  check('listening on port 70000 is a RangeError', toListen instanceof RangeError, String(toListen));
  const toConnect = thrown(() => reactor.connectTCP('127.0.0.1', 70_000, new Unlucky()));
  check('connecting to port 70000 is a RangeError', toConnect instanceof RangeError, String(toConnect));

  const refused = await connectionFailure(reactor, '127.0.0.1', port);
  const asNamed = refused instanceof ConnectionRefusedError && refused.code === 'ECONNREFUSED';
  check('where nobody listens it is a ConnectionRefusedError', asNamed, String(refused));
  const unknown = await connectionFailure(reactor, 'no-such-host.invalid', 80);
  check('a name that nobody has is a DNSLookupError', unknown instanceof DNSLookupError, String(unknown));
}

// ---- data

async function checkData(reactor: Reactor): Promise<void> {
  const errors: unknown[] = [];
  class Writing extends Protocol {
    override dataReceived(data: Buffer): void {
      for (const wrong of ['a string', 5, null, [1]])
        errors.push(thrown(() => this.transport.write(wrong as never)));
      this.transport.write(data);
    }
  }
  const port = reactor.listenTCP(0, Factory.forProtocol(Writing), LOCAL);
  const client = new EchoClient(port.getHost().port);
  await until(() => client.state !== 'waiting', PATIENCE_MS);
  check(
    'writing what isn’t bytes is a TypeError',
    errors.length === 4 && errors.every((e) => e instanceof TypeError),
    String(errors[0]),
  );
  check('and the connection goes on', client.state === 'served', client.state);
  client.leave();
  await until(() => port.connections.size === 0, PATIENCE_MS);
  await port.stopListening();
}

// ---- callbacks

/** One client of a protocol that makes a mistake, beside one of a protocol that doesn't. */
async function checkMistake(reactor: Reactor, { name, protocol, isLostWith }: Mistake): Promise<void> {
  using log = new LogRecording('warning');
  reasons.length = 0;
  const port = reactor.listenTCP(0, Factory.forProtocol(protocol), LOCAL);
  const others = reactor.listenTCP(0, Factory.forProtocol(Echo), LOCAL);
  const other = new EchoClient(others.getHost().port);
  await until(() => other.state === 'served', PATIENCE_MS);
  const client = new EchoClient(port.getHost().port);
  await until(() => client.over, PATIENCE_MS);
  const echoMs = await other.echo();

  const logged = log.records.map(({ properties }) => properties['error']);
  check(`${name}: it is logged once`, logged.length === 1 && logged[0] === MISTAKE, logged.join('; '));
  check(
    `${name}: its connection is lost`,
    client.over && isLostWith(reasons),
    reasons.join('; ') || client.state,
  );
  check(`${name}: the other one is served on`, echoMs < PATIENCE_MS, `${rounded(echoMs)} ms`);
  other.leave();
  await until(() => other.over, PATIENCE_MS);
  await port.stopListening();
  await others.stopListening();
}

const reactor = new Reactor();
// The first port makes the thread's reservation, which stays.
await reactor.listenTCP(0, Factory.forProtocol(Echo), LOCAL).stopListening();
const before = await settledDescriptorCount();
await checkAddresses(reactor);
await checkData(reactor);
for (const mistake of mistakes) await checkMistake(reactor, mistake);
await until(() => descriptors().size === before, PATIENCE_MS);
const after = descriptors().size;
check('no descriptor is leaked', after === before, `${before} before, ${after} after`);
reactor.close();
