import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Libc, O_CLOEXEC, O_CREAT, O_RDWR, O_TRUNC, checked } from '../../libc/index.js';

/** Names are told apart by it. */
let filesMade = 0;

/** A file with these bytes, open for reading and writing, on whatever kernel. It has no name any more, and is gone when it is closed. */
export function temporaryFile(libc: Libc, content: Uint8Array): number {
  const path = join(tmpdir(), `heddle-${process.pid}-${(filesMade += 1)}`);
  const fd = checked(libc.open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600), 'open');
  // A kernel in memory has no such path.
  rmSync(path, { force: true });
  checked(libc.write(fd, content, 0, content.length), 'write');
  return fd;
}
