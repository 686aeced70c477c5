/**
 * The finger tutorial, step 12: the server as a service of an application, so that it is started and stopped as a whole.
 * Twisted: finger12.tac, which twistd runs; here the program runs itself.
 */
import { Application, runApplication, strports } from '../../../src/index.js';
import { USERS } from './finger08.js';
import { UsersFactory } from './finger09.js';

export function makeApplication(description = 'tcp:1079:interface=127.0.0.1'): Application {
  const application = new Application('finger');
  application.addService(strports.service(description, new UsersFactory(USERS)));
  return application;
}

if (process.argv[1] === import.meta.filename) await runApplication(makeApplication(process.argv[2]));
