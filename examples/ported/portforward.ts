/**
 * Passes each connection on to another place. Twisted: portforward.py.
 *
 *     node --import tsx examples/ported/portforward.ts                               from port 8000 to port 80 of this machine
 *     node --import tsx examples/ported/portforward.ts tcp:9000 example.org 443
 *
 * examples/port-forwarder.ts is the same with limits and time-outs.
 */
import { getReactor, portforward, serverDescription, serverFromString } from '../../src/index.js'; // 'heddle', in a program of yours

if (process.argv[1] === import.meta.filename) {
  const [from = 'tcp:8000:interface=127.0.0.1', host = '127.0.0.1', port = '80'] = process.argv.slice(2);
  const reactor = getReactor();
  const factory = new portforward.ProxyFactory(host, Number(port), reactor);
  const listening = await serverFromString(reactor, from).listen(factory);
  console.log(`forwarding ${serverDescription(listening.getHost())} to ${host}:${port}`);
  await reactor.run();
}
