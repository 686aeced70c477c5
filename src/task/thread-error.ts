import { inspect } from 'node:util';

/**
 * An error on its way to another thread. The structured clone of an Error keeps its message, stack and cause, but of its
 * name only those of the language, and no property such as `code`; those travel beside it.
 */
export interface PackedError {
  readonly thrown: unknown;
  readonly name?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Makes something that can be sent of whatever was thrown. */
export function packError(thrown: unknown): PackedError {
  if (!(thrown instanceof Error))
    return { thrown: isCloneable(thrown) ? thrown : new Error(inspect(thrown)) };
  const { name, message, stack } = thrown;
  const properties = Object.entries(thrown).filter(([key, value]) => key !== 'name' && isCloneable(value));
  const packed = { name, properties: Object.fromEntries(properties) };
  if (isCloneable(thrown, (clone) => clone instanceof Error)) return { ...packed, thrown };
  // Its cause can't be sent: the text of it is better than nothing. Or it is a DOMException, of which nothing is.
  const plain = new Error(message, thrown.cause === undefined ? {} : { cause: inspect(thrown.cause) });
  return { ...packed, thrown: Object.assign(plain, { stack }) };
}

/** What was thrown in the other thread: an error of the same name, message, stack, cause and properties. */
export function unpackError({ thrown, name, properties }: PackedError): unknown {
  if (!(thrown instanceof Error)) return thrown;
  if (name !== undefined && name !== thrown.name) {
    Object.defineProperty(thrown, 'name', { value: name, configurable: true, writable: true });
  }
  return Object.assign(thrown, properties);
}

function isCloneable(value: unknown, isGood: (clone: unknown) => boolean = () => true): boolean {
  try {
    return isGood(structuredClone(value));
  } catch {
    return false;
  }
}
