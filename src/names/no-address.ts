import { DNSLookupError } from '../errors/connect-errors.js';

/** What to fail with when a look-up of `name` is complete and found nothing; `errors` are those that it was told. */
export function noAddress(name: string, errors: readonly Error[]): DNSLookupError {
  const [first] = errors;
  if (first === undefined) return new DNSLookupError(`${name} has no address`);
  if (errors.length === 1 && first instanceof DNSLookupError) return first;
  // Both families mostly fail for the same reason, in the same words.
  const texts = new Set(errors.map((error) => reasonOf(error).message));
  return new DNSLookupError([...texts].join('; '), { cause: reasonOf(first) });
}

/** A DNSLookupError that wraps the resolver's own error adds only words to it. */
function reasonOf(error: Error): Error {
  return error instanceof DNSLookupError && error.cause instanceof Error ? error.cause : error;
}
