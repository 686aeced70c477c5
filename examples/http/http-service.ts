import { once } from 'node:events';
import { type RequestListener, type Server, createServer } from 'node:http';
import { Service } from 'heddle';

/** An HTTP server of Node's that starts and stops with the services beside it. */
export class HTTPService extends Service {
  readonly server: Server;
  readonly #port: number;

  constructor(port: number, listener: RequestListener) {
    super();
    this.#port = port;
    this.server = createServer(listener);
  }

  override async startService() {
    this.server.listen(this.#port, '127.0.0.1');
    await once(this.server, 'listening'); // rejects if it can't listen, and so the application doesn't start
    await super.startService();
  }

  override async stopService() {
    await super.stopService();
    if (!this.server.listening) return;
    this.server.close(); // idle connections end at once, the others when they have their answer
    await once(this.server, 'close');
  }
}
