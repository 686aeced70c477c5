/**
 * The finger tutorial, step 19: all there is, put together of parts that know of each other by interfaces only. Twisted declares them
 * (zope.interface) and registers adapters from one to the other; here they are types, and what has the methods fits. Twisted: finger19.tac.
 *
 *     node --import tsx examples/ported/finger/finger19.ts tcp:1079 tcp:1080:interface=127.0.0.1 tcp:8000
 *
 * The first port tells the users, which are in memory, the second one changes them, the third is the web.
 */
import {
  Application,
  type Deferred,
  DuplexFactory,
  type IProtocolFactory,
  MultiService,
  runApplication,
  strports,
  succeed,
} from '../../../src/index.js';
import { USERS } from './finger08.js';
import { FingerSetterFactory } from './finger13.js';
import { AskingFactory, type IFinger } from './finger14.js';
import { makeWeb } from './finger15.js';

/** Where users are changed. */
export interface IFingerSetter {
  setUser(user: string, status: string): void;
}

/** Both, in memory. */
export class MemoryFinger implements IFinger, IFingerSetter {
  readonly #users: Map<string, string>;

  constructor(users: Readonly<Record<string, string>>) {
    this.#users = new Map(Object.entries(users));
  }

  getUser(user: string): Deferred<string> {
    return succeed(this.#users.get(user) ?? `${user}: nobody of that name`);
  }

  setUser(user: string, status: string): void {
    this.#users.set(user, status);
  }
}

/** One factory for each way to reach the users: the adapters of Twisted's step. */
export const faces: Readonly<Record<string, (finger: IFinger & IFingerSetter) => IProtocolFactory>> = {
  finger: (finger) => new AskingFactory(finger),
  setter: (finger) => new FingerSetterFactory((user, status) => finger.setUser(user, status)),
  http: (finger) => {
    const web = makeWeb(finger);
    return new DuplexFactory((stream) => void web.emit('connection', stream), { resetOnError: false });
  },
};

/** A service for each face that has a place to listen at; they have the faces' names. */
export function makeServices(
  finger: IFinger & IFingerSetter,
  places: Readonly<Record<string, string>>,
): MultiService {
  const services = new MultiService();
  for (const [name, description] of Object.entries(places)) {
    const face = faces[name];
    if (face === undefined) throw new RangeError(`There is no face "${name}"`);
    const service = strports.service(description, face(finger));
    service.setName(name);
    services.addService(service);
  }
  return services;
}

if (process.argv[1] === import.meta.filename) {
  const [
    finger = 'tcp:1079:interface=127.0.0.1',
    setter = 'tcp:1080:interface=127.0.0.1',
    http = 'tcp:8000:interface=127.0.0.1',
  ] = process.argv.slice(2);
  const application = new Application('finger');
  application.addService(makeServices(new MemoryFinger(USERS), { finger, setter, http }));
  await runApplication(application);
}
