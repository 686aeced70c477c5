import {
  Application,
  type IStoppingProtocol,
  MultiService,
  TimerService,
  getReactor,
  runApplication,
  serverDescription,
  strports,
} from 'heddle';
import { Reminders, RemindersFactory } from './reminders.js';

/** Tells at once what can't be told in time. */
class PoliteReminders extends Reminders implements IStoppingProtocol {
  serviceStopping() {
    for (const text of this.waiting.values()) this.say(`* ${text} (early: the server stops)`);
    this.transport.loseConnection();
  }
}

const factory = new RemindersFactory(getReactor());
factory.protocol = PoliteReminders;

const places = process.argv.length > 2 ? process.argv.slice(2) : ['tcp:8007:interface=127.0.0.1'];
const servers = places.map((place) => strports.service(place, factory, { gracePeriodMs: 5000 }));
const report = new TimerService(60, () => {
  for (const { port } of servers) if (port) console.log(`up on ${serverDescription(port.getHost())}`);
});

const listening = new MultiService();
for (const server of servers) listening.addService(server);

const application = new Application('reminders');
application.addService(listening);
application.addService(report);
await runApplication(application);
console.log('stopped');
