import { deferLater, type IReactorTime } from '../../../src/index.js';

/** Tries again after 1, 2, 4... seconds, five times at most. */
export async function retry<T>(clock: IReactorTime, attempt: () => Promise<T>): Promise<T> {
  for (let seconds = 1; seconds < 16; seconds *= 2) {
    try {
      return await attempt();
    } catch {
      await deferLater(clock, seconds);
    }
  }
  return attempt();
}
