import { MissingDriverError } from '../../src/libc/index.js';
import { type FfiNapi, loadFfiNapi } from '../../src/libc/ffi-napi-program.js';

/** The packages of the second driver, or undefined if they aren't installed. Any other trouble is thrown. */
export function installedFfiNapi(): FfiNapi | undefined {
  try {
    return loadFfiNapi();
  } catch (error) {
    if (error instanceof MissingDriverError) return undefined;
    throw error;
  }
}
