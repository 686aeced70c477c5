/**
 * Conformance: behaviours that every reactor has to show, on every kernel. Free of any test runner:
 *
 *     for (const { title, cases } of allCases) {
 *       describe(title, () => {
 *         for (const testCase of cases) {
 *           it(testCase.name, () => runCase(testCase, ({ needs }) => new ConformanceEnvironment({ driver, needs })));
 *         }
 *       });
 *     }
 *
 * Who has no reactor but a transport runs `transportCases` with `runTransportCase`.
 *
 * Twisted: `ReactorBuilder`.
 */
export { allCases } from './all-cases.js';
export type { ConformanceCase, ConformanceGroup, Need } from './case.js';
export { DescriptorExhauster } from './descriptor-exhauster.js';
export { type Drive, type DriveParts, makeDrive, nodeRound } from './drive.js';
export {
  ConformanceEnvironment,
  type ConformanceReactor,
  type EnvironmentOptions,
  addressOf,
} from './environment.js';
export { availableNeeds, linkLocalHost } from './needs.js';
export {
  type ClientPair,
  type Pair,
  type PairCase,
  type PairOptions,
  type ServerPair,
  makeClientPair,
  makeFactory,
  makeServerPair,
  onAnyTransport,
  onBothSides,
} from './pairs.js';
export { Peer } from './peer.js';
export { PeerListener, type PeerListenerOptions, type PeerOptions, Peers, type Place } from './peers.js';
export { type FactoryEvent, type FactoryHooks, RecordingFactory } from './recording-factory.js';
export {
  type ProtocolEvent,
  type ProtocolHooks,
  RecordingHalfCloseProtocol,
  RecordingProtocol,
} from './recording-protocol.js';
export { type EnvironmentMaker, runCase } from './run-case.js';
export { type TransportGround, runTransportCase } from './run-transport-case.js';
export type {
  TransportCase,
  TransportEnvironment,
  TransportGroup,
  TransportPair,
  TransportPeer,
} from './transport-case.js';
export { transportCases } from './transport-cases.js';
