/** The finger tutorial, steps 7 and 8: the factory is made with some users. Twisted: finger07.py and finger08.py. */
import { FingerFactory } from './finger06.js';
import { run } from './run.js';

export const USERS: Readonly<Record<string, string>> = {
  moira: 'In the garden until six',
  ulf: 'Writes a reactor',
};

export class UsersFactory extends FingerFactory {
  readonly #users: ReadonlyMap<string, string>;

  constructor(users: Readonly<Record<string, string>>) {
    super();
    this.#users = new Map(Object.entries(users));
  }

  override getUser(user: string): string {
    return this.#users.get(user) ?? super.getUser(user);
  }
}

export const factory = new UsersFactory(USERS);

if (process.argv[1] === import.meta.filename) await run(factory);
