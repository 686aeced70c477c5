import type { Completion, ITCPTransport, ITransport } from '../interfaces/index.js';
import { Protocol } from './protocol.js';
import { Unparsed } from './unparsed.js';

/**
 * A state of a {@link StatefulProtocol}: it is called, with the protocol as `this`, with exactly as many bytes as were asked for, and
 * answers the next state and how many bytes that one needs, or nothing to get as many bytes again.
 */
export type State = (data: Buffer) => NextState | undefined | void;

/** A state, and how many bytes it needs: 0 or more. */
export type NextState = readonly [state: State, bytes: number];

/**
 * A protocol that reads pieces whose lengths it knows beforehand: a header of so many bytes, then as many as that says.
 *
 *     class Messages extends StatefulProtocol {
 *       override getInitialState(): NextState {
 *         return [this.length, 4];
 *       }
 *       length(data: Buffer): NextState {
 *         return [this.body, data.readUInt32BE()];
 *       }
 *       body(data: Buffer): NextState {
 *         this.messageReceived(data);
 *         return [this.length, 4];
 *       }
 *     }
 *
 * A state that needs no bytes is called at once, with an empty Buffer. After `loseConnection` or `abortConnection` no state is called any
 * more. A state that asks for less than 0 bytes, or for no fixed number, costs the connection (RangeError); so does one that
 * needs none and names no next state (Error), for it would be called for ever. There is no limit on how many bytes a state may
 * ask for: to check a length that a peer has sent is the state's affair.
 *
 * Twisted: `twisted.protocols.stateful.StatefulProtocol`.
 */
export abstract class StatefulProtocol<T extends ITransport = ITCPTransport> extends Protocol<T> {
  #state: State = unset;
  #bytesNeeded = 0;
  readonly #input = new Unparsed();

  /** The state to begin with, and how many bytes it needs. Called when the connection is made, before `connectionMade`. */
  abstract getInitialState(): NextState;

  override makeConnection(transport: ITransport): Completion {
    this.#enter(this.getInitialState());
    return super.makeConnection(transport);
  }

  override dataReceived(data: Buffer): void {
    const input = this.#input;
    input.push(data, this.#bytesNeeded);
    while (input.length >= this.#bytesNeeded && !this.#ending) {
      input.gather(this.#bytesNeeded);
      const next = this.#state.call(this, input.take(this.#bytesNeeded));
      if (next !== undefined) this.#enter(next);
      else if (this.#bytesNeeded === 0)
        throw new Error('A state that needs no bytes has to name the next one');
    }
    input.settle();
  }

  #enter([state, bytes]: NextState): void {
    if (!Number.isInteger(bytes) || bytes < 0) {
      throw new RangeError(`A state needs a whole number of bytes, not ${bytes}`);
    }
    this.#state = state;
    this.#bytesNeeded = bytes;
  }

  get #ending(): boolean {
    return (this.transport as { readonly disconnecting?: boolean }).disconnecting === true;
  }
}

function unset(): never {
  throw new Error('A StatefulProtocol has no state before it is connected');
}
