/**
 * The finger tutorial, step 9: the answer may come later, so the factory gives a Deferred. What goes wrong on the way is logged, and the
 * asker hears no more than that something did. Twisted: finger09.py.
 */
import { type Deferred, Factory, LineReceiver, logError, succeed } from '../../../src/index.js';
import { USERS } from './finger08.js';
import { run } from './run.js';

export class FingerProtocol extends LineReceiver {
  declare factory: FingerFactory;

  override lineReceived(user: Buffer): void {
    this.factory
      .getUser(user.toString())
      .addErrback((failure) => {
        void logError(failure);
        return 'Something went wrong here';
      })
      .addCallback((answer) => {
        this.sendLine(Buffer.from(answer));
        this.transport.loseConnection();
      });
  }
}

/** What a protocol, whichever it is, asks for: steps to come have users that are kept elsewhere. */
export abstract class FingerFactory extends Factory<FingerProtocol> {
  override protocol = FingerProtocol;

  abstract getUser(user: string): Deferred<string>;
}

export class UsersFactory extends FingerFactory {
  readonly users: Map<string, string>;

  constructor(users: Readonly<Record<string, string>> = {}) {
    super();
    this.users = new Map(Object.entries(users));
  }

  override getUser(user: string): Deferred<string> {
    return succeed(this.users.get(user) ?? `${user}: nobody of that name`);
  }
}

export const factory = new UsersFactory(USERS);

if (process.argv[1] === import.meta.filename) await run(factory);
