import {
  type IProtocolFactory,
  type IService,
  type ITCPTransport,
  StreamServerEndpointService,
  clientFromString,
  connect,
  getReactor,
} from '../../../src/index.js';
import { getDriver } from '../../../src/libc/index.js';
import { defaultReservation } from '../../../src/tcp/index.js';
import {
  type ConformanceEnvironment,
  type Peer,
  type Place,
  addressOf,
} from '../../../src/testing/conformance/index.js';

// The programs have a top-level await, which require() can't load: so mocha imports these tests, and heddle's modules once more for them, with a
// spare descriptor of their own. It is opened before any test is asked what it has left open.
defaultReservation(getDriver().libc).reserve();

/** Listens on a free port; what is accepted ends with the test. The answer is where. */
export function served(env: ConformanceEnvironment, factory: IProtocolFactory): Place {
  const port = env.reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
  env.addCleanup(() => port.stopListening());
  env.addCleanup(() => {
    for (const transport of port.connections) (transport as ITCPTransport).abortConnection();
  });
  return addressOf(port);
}

/** Connects, says something, and waits for the end; what was heard until then. */
export async function talk(env: ConformanceEnvironment, place: Place, text: string): Promise<string> {
  const peer = env.peers.connect(place);
  peer.send(text);
  await env.drive(() => peer.sawClose);
  return peer.received.toString();
}

/** Waits until a peer has heard as much as this text, and answers what that was. */
export async function heard(env: ConformanceEnvironment, peer: Peer, text: string): Promise<string> {
  await env.drive(() => peer.bytesReceived >= Buffer.byteLength(text));
  return peer.received.toString();
}

/** Where the clients of a server that runs as a service connect to. */
export function clientDescription(service: IService | undefined): string {
  if (!(service instanceof StreamServerEndpointService) || service.port === undefined)
    throw new TypeError(`${service?.name ?? 'A service'} doesn't listen`);
  return `tcp:127.0.0.1:${addressOf(service.port).port}`;
}

/** Asks a server that runs as a service on the default reactor; what it says until the end. */
export async function asked(service: IService | undefined, question: string): Promise<string> {
  const endpoint = clientFromString(getReactor(), clientDescription(service));
  await using connection = await connect(endpoint);
  await connection.write(Buffer.from(question));
  const pieces: Buffer[] = [];
  for await (const piece of connection) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
