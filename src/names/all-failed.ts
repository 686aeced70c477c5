/** So many reasons are told in the message; the errors themselves are all there. */
const REASONS_MAX = 4;

/** What to fail with when several attempts to connect to a host have failed. Its message tells why, since it is often all that is shown. */
export function allFailed(hostName: string, port: number, errors: readonly unknown[]): AggregateError {
  const reasons = errors.slice(0, REASONS_MAX).map(reasonOf);
  if (errors.length > REASONS_MAX) reasons.push(`and ${errors.length - REASONS_MAX} more`);
  return new AggregateError(
    errors,
    `All ${errors.length} attempts to connect to ${hostName} port ${port} failed: ${reasons.join('; ')}`,
  );
}

/** The system's own words where there are some: they name the address, and the ConnectError around them adds nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message } = error.cause instanceof Error ? error.cause : error;
  return message.replace(/\.$/, '');
}
