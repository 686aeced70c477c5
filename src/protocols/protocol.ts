/* eslint-disable @typescript-eslint/no-unused-vars -- the parameters of an empty hook are those of its overrides */
import type { Failure } from '../defer/failure.js';
import type { Completion, IProtocol, IProtocolFactory } from '../interfaces/protocol.js';
import type { ITCPTransport, ITransport } from '../interfaces/transport.js';

/**
 * One connection's behaviour: make a subclass and override `dataReceived` and what else is needed.
 *
 *     class Echo extends Protocol {
 *       override dataReceived(data: Buffer) {
 *         this.transport.write(data);
 *       }
 *     }
 *
 * `T` is the kind of transport that the protocol needs; a TCP connection unless said otherwise.
 * Twisted: `Protocol` (twisted.internet.protocol).
 */
export class Protocol<T extends ITransport = ITCPTransport> implements IProtocol {
  /**
   * The factory that built this protocol, if one did. A subclass that is always built by the same factory says so with
   * `declare factory: ItsFactory`.
   */
  factory: IProtocolFactory | undefined;

  #transport: T | undefined;

  /**
   * The connection. It stays here after `connectionLost`, where writing to it does nothing.
   * Throws an Error before `makeConnection`.
   */
  get transport(): T {
    if (this.#transport === undefined) {
      throw new Error(`${this.logPrefix()} has no transport before connectionMade`);
    }
    return this.#transport;
  }

  /** True from `makeConnection` on, and false again when the transport says that the connection is over. */
  get connected(): boolean {
    const transport: (ITransport & { readonly connected?: boolean }) | undefined = this.#transport;
    return transport !== undefined && transport.connected !== false;
  }

  makeConnection(transport: ITransport): Completion {
    // Whoever connects the factory chooses the transport; T is what the author of the protocol expects of them.
    this.#transport = transport as T;
    return this.connectionMade();
  }

  connectionMade(): Completion {
    // Subclasses say what there is to do.
  }

  dataReceived(data: Buffer): Completion {
    // Subclasses say what there is to do.
  }

  connectionLost(reason: Failure): Completion {
    // Subclasses say what there is to do.
  }

  /** The class's name. */
  logPrefix(): string {
    return this.constructor.name;
  }
}
