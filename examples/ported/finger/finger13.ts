/**
 * The finger tutorial, step 13: a second port, on which users say where they are: a line with a name, a line with what is to be answered.
 * Two services share what they know. Twisted: finger13.tac.
 *
 *     node --import tsx examples/ported/finger/finger13.ts tcp:1079 tcp:1080:interface=127.0.0.1
 *     printf 'moira\r\nAt home\r\n' | nc -N 127.0.0.1 1080
 */
import { Application, Factory, LineReceiver, runApplication, strports } from '../../../src/index.js';
import { USERS } from './finger08.js';
import { UsersFactory } from './finger09.js';

export class FingerSetterProtocol extends LineReceiver {
  declare factory: FingerSetterFactory;
  #user: string | undefined;

  override lineReceived(line: Buffer): void {
    if (this.#user === undefined) {
      this.#user = line.toString();
      return;
    }
    this.factory.setUser(this.#user, line.toString());
    this.transport.loseConnection();
  }
}

export class FingerSetterFactory extends Factory<FingerSetterProtocol> {
  override protocol = FingerSetterProtocol;

  constructor(readonly setUser: (user: string, status: string) => void) {
    super();
  }
}

export function makeApplication(
  finger = 'tcp:1079:interface=127.0.0.1',
  setter = 'tcp:1080:interface=127.0.0.1',
): Application {
  const factory = new UsersFactory(USERS);
  const setterFactory = new FingerSetterFactory((user, status) => factory.users.set(user, status));
  const application = new Application('finger');
  application.addService(strports.service(finger, factory));
  application.addService(strports.service(setter, setterFactory));
  return application;
}

if (process.argv[1] === import.meta.filename) {
  await runApplication(makeApplication(...process.argv.slice(2)));
}
