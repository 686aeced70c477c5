import { ConnectionDone, ConnectionFdescWentAway } from '../errors/index.js';
import { Failure } from '../defer/index.js';
import type {
  DisconnectReason,
  HangUp,
  IFileDescriptor,
  IHalfCloseableDescriptor,
  IHangUpDescriptor,
  ILoggingContext,
  IReadDescriptor,
  IWriteDescriptor,
} from '../interfaces/index.js';
import { getLog, withLogContext } from '../logger/index.js';

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

/** `hangUp`, likewise. */
export function hangUp(descriptor: IHangUpDescriptor, how: HangUp): DisconnectReason {
  try {
    descriptor.hangUp(how);
    return undefined;
  } catch (error) {
    return thrown(descriptor, 'hangUp', error);
  }
}

/** The reason to drop a descriptor that has lost its number in a callback. */
export function wentAway(descriptor: IFileDescriptor): DisconnectReason {
  try {
    return descriptor.fileno() === -1 ? new ConnectionFdescWentAway() : undefined;
  } catch (error) {
    return thrown(descriptor, 'fileno', error);
  }
}

/** Tells a descriptor that the reactor has dropped it. */
export function lose(descriptor: IFileDescriptor, reason: Error | Failure): void {
  withLogContext(descriptor, () => {
    try {
      descriptor.connectionLost(asFailure(reason));
    } catch (error) {
      thrown(descriptor, 'connectionLost', error);
    }
  });
}

/**
 * Tells a half-closeable descriptor that reading ended in order. The answer is the reason to drop the descriptor:
 * `reason` itself if it isn't half-closeable or the end wasn't in order, else what it threw, if it did.
 */
export function endReading(
  descriptor: IFileDescriptor,
  reason: Error | Failure,
): Error | Failure | undefined {
  const value: unknown = reason instanceof Failure ? reason.value : reason;
  if (!(value instanceof ConnectionDone) || !isHalfCloseable(descriptor)) return reason;
  try {
    descriptor.readConnectionLost(asFailure(reason));
    return undefined;
  } catch (error) {
    return thrown(descriptor, 'readConnectionLost', error);
  }
}

/** What to call a descriptor in records and events: its own text, which may fail when it is needed most. */
export function prefixOf(context: ILoggingContext): string {
  try {
    return context.logPrefix();
  } catch {
    return '?';
  }
}

function thrown(descriptor: IFileDescriptor, callback: string, error: unknown): Failure {
  const failure = asFailure(error);
  log.failure('{descriptor}: {callback} threw', failure, { descriptor: prefixOf(descriptor), callback });
  return failure;
}

function asFailure(reason: unknown): Failure {
  return reason instanceof Failure ? reason : new Failure(reason);
}

function isHalfCloseable(descriptor: IFileDescriptor): descriptor is IHalfCloseableDescriptor {
  return 'readConnectionLost' in descriptor && 'writeConnectionLost' in descriptor;
}
