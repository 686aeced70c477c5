// Sends pieces as fast as the client takes them, until it ends its writing: a push producer of heddle. The argument is
// that of heddle-echo.mjs.
import { pathToFileURL } from 'node:url';

import { announce } from './control.mjs';
import { PIECE } from './piece.mjs';

const build = process.argv[2];
const { getReactor, Protocol, Factory } = await import(
  build === undefined ? '../../dist/index.js' : pathToFileURL(`${build}/index.js`).href
);

class Source extends Protocol {
  #paused = false;

  connectionMade() {
    this.transport.registerProducer(this, true);
    this.resumeProducing();
  }

  resumeProducing() {
    this.#paused = false;
    while (!this.#paused) this.transport.write(PIECE);
  }

  pauseProducing() {
    this.#paused = true;
  }

  stopProducing() {
    this.#paused = true;
  }
}

const port = getReactor().listenTCP(0, Factory.forProtocol(Source), { interface: '127.0.0.1' });
announce(port.getHost().port);
