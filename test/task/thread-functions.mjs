// thread-functions.ts for other threads, where the loader of the tests isn't at work on Node 20.
import { tsImport } from 'tsx/esm/api';

const functions = await tsImport('./thread-functions.ts', import.meta.url);

export const {
  ask,
  askBlocking,
  askBoth,
  askForEver,
  askInVain,
  busy,
  double,
  doubleLater,
  failLater,
  giveFunction,
  noteAndLeave,
  throwOdd,
  throwText,
  where,
} = functions;
