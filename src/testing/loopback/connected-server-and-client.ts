import { NoProtocol } from '../../errors/index.js';
import type { IAddress, IProtocol, IProtocolFactory } from '../../interfaces/index.js';
import type { ProtocolClass } from '../../protocols/index.js';
import { IOPump, type LoopbackOptions } from './io-pump.js';

/** Where a protocol comes from: a factory, or simply its class. */
export type ProtocolSource<P extends IProtocol> = IProtocolFactory<P> | ProtocolClass<P>;

export interface ConnectedOptions extends LoopbackOptions {
  /** Whether what the two say in `connectionMade` is carried over before they are handed out. Default true. */
  readonly greet?: boolean;
}

/**
 * Two protocols, connected in memory over heddle's own connections, and the pump that carries bytes between them:
 *
 *     const [client, server, pump] = connectedServerAndClient(new ChatRoom(), AccumulatingProtocol);
 *     client.transport.write(Buffer.from('hello\n'));
 *     pump.flush();
 *
 * `buildProtocol` of a factory is called with the other end's address; nothing else of it is. Throws NoProtocol if it gives
 * null. Twisted: `connectedServerAndClient` (twisted.test.iosim).
 */
export function connectedServerAndClient<S extends IProtocol, C extends IProtocol>(
  serverSource: ProtocolSource<S>,
  clientSource: ProtocolSource<C>,
  options: ConnectedOptions = {},
): [client: C, server: S, pump: IOPump] {
  const pump = new IOPump(options);
  const server = protocolFrom(serverSource, pump.serverTransport.getPeer());
  const client = protocolFrom(clientSource, pump.clientTransport.getPeer());
  pump.start(server, client);
  if (options.greet !== false) pump.flush();
  return [client, server, pump];
}

function protocolFrom<P extends IProtocol>(source: ProtocolSource<P>, peer: IAddress): P {
  if (typeof source === 'function') return new source();
  const protocol = source.buildProtocol(peer);
  if (protocol === null) throw new NoProtocol();
  return protocol;
}
