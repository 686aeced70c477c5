// heddle's echo server with its defaults, on compiled JavaScript as users run it. The argument names the folder
// of the build, so that two builds can be compared; without one it is the repository's dist/.
import { pathToFileURL } from 'node:url';

import { announce } from './control.mjs';

const build = process.argv[2];
const { getReactor, Protocol, Factory } = await import(
  build === undefined ? '../../dist/index.js' : pathToFileURL(`${build}/index.js`).href
);

class Echo extends Protocol {
  dataReceived(data) {
    this.transport.write(data);
  }
}

const port = getReactor().listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
announce(port.getHost().port);
