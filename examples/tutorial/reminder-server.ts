import { getReactor } from 'heddle';
import { RemindersFactory } from './reminders.js';

const reactor = getReactor();
const number = Number(process.argv[2] ?? 8007);
const port = reactor.listenTCP(number, new RemindersFactory(reactor), { interface: '127.0.0.1' });
console.log(`listening on port ${port.getHost().port}`);
await reactor.run();
