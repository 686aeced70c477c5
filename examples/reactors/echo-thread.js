// Loads echo-thread.ts, for Node 20 knows only JavaScript in threads. A program that is compiled needs no such file.
import { tsImport } from 'tsx/esm/api';

await tsImport('./echo-thread.ts', import.meta.url);
