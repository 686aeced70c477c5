import {
  ConnectError,
  ConnectionRefusedError,
  DNSLookupError,
  NoRouteError,
  TCPTimedOutError,
  UnknownHostError,
} from './connect-errors.js';

/**
 * The ConnectError for a failed attempt, by the error's `code`. The error is its `cause`, and its `osError` too if it
 * comes from the system. A ConnectError is given back as it is. Twisted: `getConnectError`.
 */
export function getConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  if (!(error instanceof Error)) return new ConnectError(null, String(error), { cause: error });
  const code = (error as { readonly code?: unknown }).code;
  if (isLookupError(error, code)) return new UnknownHostError(error);
  switch (code) {
    case 'ENETUNREACH':
      return new NoRouteError(error);
    case 'ECONNREFUSED':
      return new ConnectionRefusedError(error);
    case 'ETIMEDOUT':
      return new TCPTimedOutError(error);
    default:
      return typeof code === 'string'
        ? new ConnectError(error)
        : new ConnectError(null, error.message, { cause: error });
  }
}

/** Node's look-ups fail with `ENOTFOUND` or one of getaddrinfo(3)'s `EAI_` codes; only they name that call. */
function isLookupError(error: Error, code: unknown): boolean {
  if (error instanceof DNSLookupError) return true;
  if ((error as { readonly syscall?: unknown }).syscall === 'getaddrinfo') return true;
  return typeof code === 'string' && (code === 'ENOTFOUND' || code.startsWith('EAI_'));
}
