import type { AddressInfo } from 'node:net';
import { Application, Factory, Protocol, strports } from 'heddle';
import { HTTPService } from './http-service.js';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

const factory = Factory.forProtocol(Echo);
const echo = strports.service('tcp:0:interface=127.0.0.1', factory, { gracePeriodMs: 1000 });
const web = new HTTPService(0, (_request, response) => response.end('all is well'));

const application = new Application('echo');
application.addService(echo);
application.addService(web);

await application.startService(); // a program says: await runApplication(application)
const { port } = web.server.address() as AddressInfo;
const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
console.log(await response.text());

await application.stopService();
console.log(`listening: ${web.server.listening}, ${echo.port !== undefined}`);
