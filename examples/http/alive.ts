import { Factory, Protocol, getReactor } from 'heddle';

const reactor = getReactor();
const port = reactor.listenTCP(0, Factory.forProtocol(Protocol), { interface: '127.0.0.1' });
port.unref();
process.once('exit', () => console.log(`still listening: ${port.listening}`));
