import { Failure } from '../../src/defer/index.js';
import { ConnectionAborted, ConnectionDone } from '../../src/errors/index.js';
import type { IProtocol } from '../../src/interfaces/index.js';
import { RecordingTransport } from '../protocols/recording-transport.js';

/** Remembers how its connection was to end, and ends it when the test says so. */
export class FakeTransport extends RecordingTransport {
  disconnecting = false;
  aborting = false;
  #protocol: IProtocol | undefined;

  connect(protocol: IProtocol): void {
    this.#protocol = protocol;
    void protocol.makeConnection(this);
  }

  override loseConnection(): void {
    this.disconnecting = true;
  }

  abortConnection(): void {
    this.aborting = true;
  }

  /** What the peer does, or the reactor a turn after the connection was told to end. */
  lose(reason: Error = this.aborting ? new ConnectionAborted() : new ConnectionDone()): void {
    void this.#protocol?.connectionLost(new Failure(reason));
  }
}
