import { open } from 'node:fs/promises';
import { StreamProtocol, lines } from '../../../src/index.js';

/** Answers `GET` with the length of a file in a line, and the file. */
export class Letter extends StreamProtocol {
  constructor(readonly path: string) {
    super();
  }

  override async connectionMade() {
    for await (const line of lines(this, { maxLength: 100 })) {
      if (line.toString() !== 'GET') break;
      await using file = await open(this.path);
      const { size } = await file.stat();
      this.transport.write(Buffer.from(`${size}\r\n`));
      await this.transport.sendFile(file, 0, size); // the file stays open until then
    }
  }
}
