import { Failure } from '../../defer/index.js';
import { ConnectionAborted, ConnectionDone } from '../../errors/index.js';
import type { IProtocol, LoseConnectionOptions } from '../../interfaces/index.js';
import { StringTransport } from './string-transport.js';

/**
 * A StringTransport whose `loseConnection` and `abortConnection` end the connection inside the call: `protocol.connectionLost` is
 * called once, with a ConnectionDone (or the reason that `loseConnection` was given) or a ConnectionAborted. Set `protocol` before that; an Error is thrown otherwise.
 *
 * A real transport calls it in a later turn. Twisted: `StringTransportWithDisconnection`.
 */
export class StringTransportWithDisconnection extends StringTransport {
  /** Who is told. */
  protocol: IProtocol | undefined;

  override loseConnection(options?: LoseConnectionOptions): void {
    super.loseConnection(options);
    this.#end(this.loseReason ?? new ConnectionDone('Bye'));
  }

  override abortConnection(): void {
    this.#end(new ConnectionAborted());
    super.abortConnection();
  }

  #end(reason: Error | Failure): void {
    if (this.disconnected) return;
    const { protocol } = this;
    if (protocol === undefined) throw new Error('Set `protocol` to whoever is to hear of the disconnection');
    this.lost();
    void protocol.connectionLost(Failure.from(reason));
  }
}
