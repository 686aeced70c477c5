// What is sent by the servers of the row send-file: a file of pieces, in the page cache since it was just written.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PIECE } from './piece.mjs';

export const FILE_BYTES = 64 * 1024 * 1024;

/** Its path. It is gone when the process ends. */
export function makeFile() {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  const fd = openSync(path, 'w');
  for (let bytes = 0; bytes < FILE_BYTES; bytes += PIECE.length) writeSync(fd, PIECE);
  closeSync(fd);
  return path;
}
