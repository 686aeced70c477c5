// Counts the bytes it gets and throws them away, on heddle. The argument is that of heddle-echo.mjs.
import { pathToFileURL } from 'node:url';

import { announce } from './control.mjs';

const build = process.argv[2];
const { getReactor, Protocol, Factory } = await import(
  build === undefined ? '../../dist/index.js' : pathToFileURL(`${build}/index.js`).href
);

let bytes = 0;

class Discard extends Protocol {
  dataReceived(data) {
    bytes += data.length;
  }
}

const port = getReactor().listenTCP(0, Factory.forProtocol(Discard), { interface: '127.0.0.1' });
announce(port.getHost().port, () => bytes);
