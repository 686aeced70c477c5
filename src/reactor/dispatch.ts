import { ConnectionDone } from '../errors/index.js';
import { Failure } from '../defer/index.js';
import type {
  DisconnectReason,
  IFileDescriptor,
  IHalfCloseableDescriptor,
  IReadDescriptor,
  IWriteDescriptor,
} from '../interfaces/index.js';
import { getLog } from '../logger/index.js';

const log = getLog('reactor');

/** `doRead`, with an exception logged and turned into the reason to drop the descriptor. */
export function read(descriptor: IReadDescriptor): DisconnectReason {
  try {
    return descriptor.doRead();
  } catch (error) {
    return thrown(descriptor, 'doRead', error);
  }
}

/** `doWrite`, likewise. */
export function write(descriptor: IWriteDescriptor): DisconnectReason {
  try {
    return descriptor.doWrite();
  } catch (error) {
    return thrown(descriptor, 'doWrite', error);
  }
}

/** Tells a descriptor that the reactor has dropped it. */
export function lose(descriptor: IFileDescriptor, reason: Error | Failure): void {
  try {
    descriptor.connectionLost(asFailure(reason));
  } catch (error) {
    thrown(descriptor, 'connectionLost', error);
  }
}

/** Tells a half-closeable descriptor that reading ended in order. False if it isn't one, or the end wasn't in order. */
export function endReading(descriptor: IFileDescriptor, reason: Error | Failure): boolean {
  const value: unknown = reason instanceof Failure ? reason.value : reason;
  if (!(value instanceof ConnectionDone) || !isHalfCloseable(descriptor)) return false;
  try {
    descriptor.readConnectionLost(asFailure(reason));
  } catch (error) {
    thrown(descriptor, 'readConnectionLost', error);
  }
  return true;
}

function thrown(descriptor: IFileDescriptor, callback: string, error: unknown): Failure {
  const failure = asFailure(error);
  log.failure('{descriptor}: {callback} threw', failure, { descriptor: descriptor.logPrefix(), callback });
  return failure;
}

function asFailure(reason: unknown): Failure {
  return reason instanceof Failure ? reason : new Failure(reason);
}

function isHalfCloseable(descriptor: IFileDescriptor): descriptor is IHalfCloseableDescriptor {
  return 'readConnectionLost' in descriptor && 'writeConnectionLost' in descriptor;
}
