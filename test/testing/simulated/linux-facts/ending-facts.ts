import { MSG_PEEK, SHUT_RD, SHUT_RDWR, SHUT_WR } from '../../../../src/libc/index.js';
import type { LinuxFact } from './linux-fact.js';

/** How connections end. */
export const endingFacts: readonly LinuxFact[] = [
  {
    name: 'the end of one side, then of the other',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.send(client, 'last words');
      calls.libc.shutdown(client, SHUT_WR);
      calls.look(client, server);
      calls.send(client, 'x');
      calls.libc.shutdown(client, SHUT_WR);
      calls.recv(server, 4);
      calls.recv(server, 100, MSG_PEEK);
      calls.recv(server);
      calls.recv(server);
      calls.send(server, 'answer');
      calls.look(client);
      calls.libc.shutdown(server, SHUT_WR);
      calls.look(client, server);
      calls.recv(client);
      calls.recv(client);
      calls.libc.shutdown(client, SHUT_RDWR);
      calls.send(server, 'x');
      calls.error(server);
    },
  },
  {
    name: 'a close, seen from the other side',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.close(server);
      calls.look(client);
      calls.send(client, 'a');
      calls.look(client);
      calls.send(client, 'b');
      calls.recv(client);
      calls.error(client);
      calls.poll(client);
      calls.libc.shutdown(client, SHUT_WR);
    },
  },
  {
    name: 'the error after a FIN and a reset is told by SO_ERROR, once',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.close(server);
      calls.send(client, 'a');
      calls.error(client);
      calls.error(client);
      calls.poll(client);
      calls.send(client, 'b');
      calls.recv(client);
    },
  },
  {
    name: 'a close with something unread is a reset; what has come can still be read',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.send(server, 'from the server');
      calls.send(client, 'unread');
      calls.close(server);
      calls.look(client);
      calls.recv(client, 4);
      calls.recv(client);
      calls.recv(client);
      calls.recv(client);
      calls.send(client, 'x');
      calls.look(client);
    },
  },
  {
    name: 'a reset by SO_LINGER, told by send first',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.reset(server);
      calls.send(client, 'a');
      calls.send(client, 'b');
      calls.recv(client);
      calls.look(client);
    },
  },
  {
    name: 'a reset after a FIN',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.send(server, 'from the server');
      calls.libc.shutdown(server, SHUT_WR);
      calls.send(client, 'unread');
      calls.close(server);
      calls.look(client);
      calls.recv(client);
      calls.recv(client);
      calls.error(client);
      calls.send(client, 'x');
    },
  },
  {
    name: 'data for a side that has shut down reading',
    run: (calls) => {
      const [client, server] = calls.pair();
      calls.libc.shutdown(client, SHUT_RD);
      calls.look(client, server);
      calls.send(server, 'still taken');
      calls.recv(client);
      calls.recv(client);
      calls.libc.shutdown(client, SHUT_RDWR);
      calls.look(client, server);
      calls.send(server, 'refused');
      calls.look(client, server);
    },
  },
  {
    name: 'a client that is reset before it was accepted',
    run: (calls) => {
      const listener = calls.listener();
      const client = calls.connect(calls.nameOf(listener));
      calls.send(client, 'hello');
      calls.reset(client);
      calls.poll(listener);
      const server = calls.accept(listener);
      calls.look(server);
      calls.recv(server);
      calls.recv(server);
      calls.recv(server);
    },
  },
  {
    name: 'a client that ends before it was accepted',
    run: (calls) => {
      const listener = calls.listener();
      const client = calls.connect(calls.nameOf(listener));
      calls.send(client, 'hello');
      calls.close(client);
      const server = calls.accept(listener);
      calls.look(server);
      calls.recv(server);
      calls.recv(server);
      calls.send(server, 'x');
      calls.send(server, 'x');
      calls.look(server);
    },
  },
];
