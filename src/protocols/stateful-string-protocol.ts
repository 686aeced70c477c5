import type { ITransport } from '../interfaces/transport.js';

/** A class of protocols that receive strings. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- TypeScript wants just this of a mixin's base class
type StringProtocolClass = abstract new (...args: any[]) => {
  readonly transport: ITransport;
  logPrefix(): string;
};

/** A step of the conversation: it gets a string, and says in which state the next one finds the protocol. */
type Step = (string: Buffer) => unknown;

/**
 * Adds a conversation in steps to a class of protocols that receive strings: a string goes to the method `proto_` and the name of
 * the state (at first `init`), which returns the name of the next state. The state `done` closes the connection.
 *
 *     class Login extends StatefulStringProtocol(Int16StringReceiver) {
 *       proto_init(name: Buffer) {
 *         return name.length > 0 ? 'password' : 'init';
 *       }
 *       proto_password(password: Buffer) {
 *         return 'done';
 *       }
 *     }
 *
 * A state that is no text, or for which there is no method, is a mistake of the program: an Error, which ends the connection.
 * Twisted: `StatefulStringProtocol`, a class to inherit from beside another.
 */
export function StatefulStringProtocol<B extends StringProtocolClass>(Base: B) {
  abstract class Stateful extends Base {
    /** The name of the state that the conversation is in. */
    state = 'init';

    stringReceived(string: Buffer): void {
      const step = (this as unknown as Record<string, Step | undefined>)[`proto_${this.state}`];
      if (typeof step !== 'function')
        throw new Error(`${this.logPrefix()} has no method proto_${this.state}`);
      const next = step.call(this, string);
      if (typeof next !== 'string') {
        throw new TypeError(`${this.logPrefix()}.proto_${this.state} must return the name of the next state`);
      }
      this.state = next;
      if (next === 'done') this.transport.loseConnection();
    }
  }
  return Stateful;
}
