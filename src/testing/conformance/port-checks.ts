import assert from 'node:assert/strict';
import type { IInternetAddress, ITCPPort } from '../../interfaces/index.js';
import type { ConformanceEnvironment } from './environment.js';
import type { RecordingFactory } from './recording-factory.js';

/** A client comes to the port of `factory`, gets a protocol, and goes again. */
export async function requireServing(
  env: ConformanceEnvironment,
  factory: RecordingFactory,
  port: IInternetAddress,
): Promise<void> {
  const served = factory.protocols.length;
  const peer = env.peers.connect(port);
  await env.drive(() => factory.protocols.length > served && peer.connected);
  peer.close();
  await env.drive(() => factory.protocols.at(-1)?.lost === true);
}

/** Nobody listens at this port. */
export async function requireRefusing(env: ConformanceEnvironment, port: IInternetAddress): Promise<void> {
  const peer = env.peers.connect(port);
  await env.drive(() => peer.failure !== undefined);
  assert.equal(peer.failure, 'ECONNREFUSED');
}

/** Rounds in which a port that rests is watched, and the shortest time after which it tries again. */
const RESTING_ROUNDS = 30;
const RETRY_MS_MIN = 50;

/** The port listens, but calls accept at its retry times only: whoever spins does so in each round. For cases with `faults`. */
export async function requireResting(env: ConformanceEnvironment, port: ITCPPort): Promise<void> {
  const [calls, since] = [env.faults.count('accept4'), env.reactor.seconds()];
  await env.drive.turns(RESTING_ROUNDS);
  const retriesMax = ((env.reactor.seconds() - since) * 1000) / RETRY_MS_MIN + 1;
  assert.ok(env.faults.count('accept4') - calls <= retriesMax);
  assert.equal(port.listening, true);
}
