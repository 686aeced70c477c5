import { SystemError, type SystemErrorDetails } from '../errors/index.js';

/** The error for a call that answered `-errno`. */
export function systemError(result: number, syscall: string, about?: SystemErrorDetails): SystemError {
  return new SystemError(syscall, -result, about);
}

/** The answer of a call, or its error thrown: for calls whose failure is the caller's caller's affair. */
export function checked(result: number, syscall: string, about?: SystemErrorDetails): number {
  if (result < 0) throw systemError(result, syscall, about);
  return result;
}
