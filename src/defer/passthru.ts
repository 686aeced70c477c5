/** What it is given: a callback that does nothing. Twisted: `passthru`. */
export function passthru<T>(result: T): T {
  return result;
}
