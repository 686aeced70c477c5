import type { Failure } from '../../defer/index.js';
import type { ConformanceEnvironment } from './environment.js';
import type { Place } from './peers.js';
import type { RecordingFactory } from './recording-factory.js';

/** A place where nobody listens: a port that was just given back. */
export function deserted(env: ConformanceEnvironment): Place {
  const listener = env.peers.listen();
  listener.close();
  return listener.address;
}

/**
 * A place that doesn't answer: its queue is full, so the kernel drops what more comes (listen(2): with a backlog of 0 there is
 * room for one).
 */
export async function silent(env: ConformanceEnvironment): Promise<Place> {
  const listener = env.peers.listen({ backlog: 0 });
  listener.stopAccepting();
  const first = env.peers.connect(listener.address);
  await env.drive(() => first.connected);
  return listener.address;
}

/** The reason of the first attempt that fails. */
export async function failureOf(
  env: ConformanceEnvironment,
  factory: RecordingFactory,
): Promise<Failure | undefined> {
  await env.drive(() => factory.failures.length > 0);
  return factory.failures[0];
}
