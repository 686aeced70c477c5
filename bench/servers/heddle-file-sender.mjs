// The same with heddle's FileSender, which reads the file and writes it. The argument is that of heddle-echo.mjs.
import { open } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

import { announce } from './control.mjs';
import { makeFile } from './file.mjs';

const build = process.argv[2];
const { getReactor, Protocol, Factory, FileSender } = await import(
  build === undefined ? '../../dist/index.js' : pathToFileURL(`${build}/index.js`).href
);

const path = makeFile();

class FileSource extends Protocol {
  async connectionMade() {
    while (this.transport.connected) {
      const file = await open(path);
      try {
        await new FileSender().beginFileTransfer(file, this.transport);
      } catch {
        // The client has ended it.
      } finally {
        await file.close();
      }
    }
  }
}

const port = getReactor().listenTCP(0, Factory.forProtocol(FileSource), { interface: '127.0.0.1' });
announce(port.getHost().port);
