import { Failure } from '../defer/index.js';
import type { IStreamServerEndpoint } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import type { ListenOptions } from './connection-listener.js';
import { listen } from './listen.js';
import type { StreamConnection } from './stream-connection.js';

const log = getLog('endpoints');

/** Options of {@link serve}. */
export interface ServeOptions extends ListenOptions {
  /** How many connections are talked to at the same time; further ones wait. Default: no limit. */
  readonly connectionsMax?: number;
}

/**
 * Listens, and calls `talk` with each connection, many at the same time. When what it returned is fulfilled the connection is closed
 * in order; when it is rejected, the error is logged and the connection reset: it costs no other. When `signal` is aborted no more
 * connections are accepted, and the promise is fulfilled when all that were have been talked to.
 *
 *     await serve(endpoint, async (connection) => {
 *       for await (const data of connection) await connection.write(data);
 *     });
 *
 * Rejected with what listening fails with. Not in Twisted.
 */
export async function serve(
  endpoint: IStreamServerEndpoint,
  talk: (connection: StreamConnection) => PromiseLike<unknown> | void,
  options: ServeOptions = {},
): Promise<void> {
  const { connectionsMax = Infinity, ...others } = options;
  if (!(connectionsMax >= 1)) throw new RangeError(`connectionsMax must be 1 or more, not ${connectionsMax}`);
  const talks = new Set<Promise<void>>();
  try {
    for await (const connection of listen(endpoint, others)) {
      const talking = talkTo(connection, talk).finally(() => talks.delete(talking));
      talks.add(talking);
      if (talks.size >= connectionsMax) await Promise.race(talks);
    }
  } finally {
    await Promise.all(talks);
  }
}

/** Never rejected. */
async function talkTo(connection: StreamConnection, talk: Parameters<typeof serve>[1]): Promise<void> {
  try {
    await talk(connection);
    await connection.close();
  } catch (error) {
    // That the connection was lost is no fault of `talk`'s, and has been told to it.
    if (!connection.wasLostWith(error)) {
      log.failure('Talking to {peer} failed', Failure.from(error), { peer: String(connection.getPeer()) });
    }
    connection.abort();
  }
}
