// Sends a file again and again until the client ends its writing: heddle's sendFile. The argument is that of
// heddle-echo.mjs.
import { openSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { announce } from './control.mjs';
import { FILE_BYTES, makeFile } from './file.mjs';

const build = process.argv[2];
const { getReactor, Protocol, Factory } = await import(
  build === undefined ? '../../dist/index.js' : pathToFileURL(`${build}/index.js`).href
);

const fd = openSync(makeFile(), 'r');

class FileSource extends Protocol {
  async connectionMade() {
    while (this.transport.connected) await this.transport.sendFile(fd, 0, FILE_BYTES);
  }
}

const port = getReactor().listenTCP(0, Factory.forProtocol(FileSource), { interface: '127.0.0.1' });
announce(port.getHost().port);
