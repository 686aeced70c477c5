/**
 * The finger tutorial, step 15: the same users on the web as well, by an HTTP server of node's on a port of heddle's.
 * Twisted: finger15.tac.
 *
 *     node --import tsx examples/ported/finger/finger15.ts /etc/finger.users tcp:1079 tcp:8000
 *     curl http://127.0.0.1:8000/moira
 */
import { type Server, createServer } from 'node:http';
import { Application, DuplexFactory, runApplication, strports } from '../../../src/index.js';
import { AskingFactory, type IFinger, UsersFileService } from './finger14.js';

/** A web server that answers `/NAME` in plain text. It listens nowhere: it is given connections. */
export function makeWeb(finger: IFinger): Server {
  return createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    finger.getUser((request.url ?? '/').slice(1)).addCallbacks(
      (answer) => response.end(`${answer}\n`),
      (failure) => response.writeHead(500).end(`${failure.getErrorMessage()}\n`),
    );
  });
}

export function makeApplication(
  file = '/etc/finger.users',
  finger = 'tcp:1079:interface=127.0.0.1',
  http = 'tcp:8000:interface=127.0.0.1',
): Application {
  const users = new UsersFileService(file);
  const web = makeWeb(users);
  const webFactory = new DuplexFactory((stream) => void web.emit('connection', stream.setNoDelay()), {
    resetOnError: false,
  });
  const application = new Application('finger');
  application.addService(users);
  application.addService(strports.service(finger, new AskingFactory(users)));
  application.addService(strports.service(http, webFactory));
  return application;
}

if (process.argv[1] === import.meta.filename) {
  await runApplication(makeApplication(...process.argv.slice(2)));
}
