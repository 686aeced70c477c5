// Sends each line back, on heddle's LineReceiver. The argument is that of heddle-echo.mjs.
import { pathToFileURL } from 'node:url';

import { announce } from './control.mjs';

const build = process.argv[2];
const { getReactor, LineReceiver, Factory } = await import(
  build === undefined ? '../../dist/index.js' : pathToFileURL(`${build}/index.js`).href
);

class EchoLines extends LineReceiver {
  lineReceived(line) {
    this.sendLine(line);
  }
}

const port = getReactor().listenTCP(0, Factory.forProtocol(EchoLines), { interface: '127.0.0.1' });
announce(port.getHost().port);
