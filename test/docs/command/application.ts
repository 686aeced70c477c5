import { Application, Factory, Protocol, TimerService, strports } from '../../../src/index.js';

class Daytime extends Protocol {
  override connectionMade() {
    this.transport.write(Buffer.from(`${new Date().toISOString()}\n`));
    this.transport.loseConnection();
  }
}

const server = strports.service(
  process.env['DAYTIME_ENDPOINT'] ?? 'tcp:8013:interface=127.0.0.1',
  Factory.forProtocol(Daytime),
  { gracePeriodMs: 1000 },
);

export const application = new Application('daytime');
application.addService(server);
application.addService(new TimerService(60, () => console.error('still here')));
