import type {
  ConnectTCPOptions,
  ConnectionOptions,
  IConnector,
  ILoggingContext,
  ITCPPort,
  ITCPTransport,
  ListenTCPOptions,
} from '../../interfaces/index.js';
import type { ConformanceCase, Need } from './case.js';
import { type ConformanceEnvironment, addressOf } from './environment.js';
import type { Peer } from './peer.js';
import type { PeerListener, PeerOptions } from './peers.js';
import { RecordingFactory } from './recording-factory.js';
import type { TransportCase } from './transport-case.js';
import { type ProtocolHooks, RecordingHalfCloseProtocol, RecordingProtocol } from './recording-protocol.js';

/** A transport of the reactor and the plain socket at its other end. */
export interface Pair {
  /** The reactor's end. */
  readonly transport: ITCPTransport;
  /** The protocol on it. */
  readonly protocol: RecordingProtocol;
  /** What has built the protocol. */
  readonly factory: RecordingFactory;
  /** The other end. */
  readonly peer: Peer;
}

export interface ServerPair extends Pair {
  /** The port that accepted the connection. */
  readonly port: ITCPPort;
}

export interface ClientPair extends Pair {
  /** The connector that made the connection. */
  readonly connector: IConnector;
  /** What it has connected to. */
  readonly listener: PeerListener;
}

/** What the two ends are to be like. */
export interface PairOptions {
  /** What the protocol does in its callbacks. */
  readonly hooks?: Readonly<ProtocolHooks>;
  /** The protocol takes half-closes. */
  readonly halfClose?: boolean;
  /** 127.0.0.1 unless said otherwise. */
  readonly host?: string;
  /** Options of the connection. */
  readonly connection?: ConnectionOptions;
  /** Options of the plain socket. */
  readonly peer?: PeerOptions;
}

/** The reactor listens, the peer connects: done when the protocol has its connection. */
export async function makeServerPair(
  env: ConformanceEnvironment,
  options: PairOptions & { readonly listen?: ListenTCPOptions } = {},
): Promise<ServerPair> {
  const factory = makeFactory(options);
  const { host = '127.0.0.1' } = options;
  const port = env.listen(factory, { interface: host, ...options.connection, ...options.listen });
  const peer = env.peers.connect(addressOf(port), options.peer);
  await env.drive(() => peer.connected && factory.protocols[0]?.made === true);
  const protocol = factory.protocols[0] as RecordingProtocol;
  return { port, factory, protocol, transport: protocol.transport, peer };
}

/** The peer listens, the reactor connects: done when both have their connection. */
export async function makeClientPair(
  env: ConformanceEnvironment,
  options: PairOptions & { readonly connect?: ConnectTCPOptions } = {},
): Promise<ClientPair> {
  const factory = makeFactory(options);
  const { host = '127.0.0.1' } = options;
  const listener = env.peers.listen({ host, ...options.peer });
  const connector = env.connect(listener.address, factory, { ...options.connection, ...options.connect });
  await env.drive(() => listener.accepted.length > 0 && factory.protocols[0]?.made === true);
  const protocol = factory.protocols[0] as RecordingProtocol;
  const peer = listener.accepted[0] as Peer;
  return { connector, listener, factory, protocol, transport: protocol.transport, peer };
}

/** A case that is told once and run for both kinds of transport. */
export interface PairCase {
  /** A sentence that says the behaviour. */
  readonly name: string;
  /** The rows that the case shows. */
  readonly cites?: readonly string[];
  /** What it needs of the kernel. */
  readonly needs?: readonly Need[];
  /** Options of the pair. */
  readonly pair?: PairOptions;
  /** Shows the behaviour, or throws. */
  run(env: ConformanceEnvironment, pair: Pair): Promise<void> | void;
}

/** The case on an accepted connection, and on one that was made. */
export function onBothSides(told: PairCase): ConformanceCase[] {
  const { name, cites = [], needs = [], pair } = told;
  const make = (side: string, makePair: typeof makeServerPair | typeof makeClientPair): ConformanceCase => ({
    name: `${name} (${side})`,
    cites,
    needs,
    run: async (env) => told.run(env, await makePair(env, pair)),
  });
  return [make('server', makeServerPair), make('client', makeClientPair)];
}

/** A transport case as cases of a reactor: on an accepted connection, and on one that was made. */
export function onAnyTransport(told: TransportCase): ConformanceCase[] {
  return onBothSides(told).map((testCase) => ({ ...testCase, onTransport: told }));
}

/** A factory for the protocol that `options` ask for. */
export function makeFactory({ halfClose = false, hooks = {} }: PairOptions): RecordingFactory {
  return new RecordingFactory({
    build: () => (halfClose ? new RecordingHalfCloseProtocol(hooks) : new RecordingProtocol(hooks)),
  });
}

/** The text form of a transport; it isn't part of the interface. */
export function textOf(transport: { toString(): string }): string {
  return transport.toString();
}

/** The name under which log records about a transport stand; it isn't part of the interface either. */
export function logPrefixOf(transport: object): string {
  return (transport as ILoggingContext).logPrefix();
}
