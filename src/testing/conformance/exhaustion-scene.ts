import type { ITCPPort, ListenTCPOptions } from '../../interfaces/index.js';
import { DescriptorExhauster } from './descriptor-exhauster.js';
import { type ConformanceEnvironment, addressOf } from './environment.js';
import type { Peer } from './peer.js';
import { recordPortEvents } from './port-events.js';
import { RecordingFactory } from './recording-factory.js';

export const needs = ['descriptorLimit'] as const;
export const needsWithFaults = ['descriptorLimit', 'faults'] as const;

/** What the cases of exhaustion begin with. */
export interface Scene {
  readonly factory: RecordingFactory;
  readonly port: ITCPPort;
  /** The port's events so far. */
  readonly told: string[];
  readonly descriptors: DescriptorExhauster;
}

/** A port that listens, and the tool that takes all descriptors away; they are given back after the case, whatever happens. */
export function listen(env: ConformanceEnvironment, options: ListenTCPOptions = {}): Scene {
  const factory = new RecordingFactory();
  const port = env.listen(factory, options);
  const descriptors = new DescriptorExhauster(env.libc);
  env.addCleanup(() => descriptors[Symbol.dispose]());
  return { factory, port, told: recordPortEvents(port), descriptors };
}

/** Clients that have connected and not been accepted yet, and no descriptor left but `free`. */
export function connectThenExhaust(
  env: ConformanceEnvironment,
  { port, descriptors }: Scene,
  clients = 1,
  free = 0,
): Peer[] {
  const peers = Array.from({ length: clients }, () => env.peers.connect(addressOf(port)));
  descriptors.exhaust(free);
  return peers;
}

/** With descriptors to be had again, the next client is served. */
export async function requireServing(env: ConformanceEnvironment, { factory, port }: Scene): Promise<void> {
  const served = factory.protocols.length;
  const peer = env.peers.connect(addressOf(port));
  await env.drive(() => factory.protocols.length > served);
  peer.send('hello');
  await env.drive(() => factory.protocols.at(-1)?.received.toString() === 'hello');
}
