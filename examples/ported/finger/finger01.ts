/**
 * The finger tutorial, step 1: a server that does nothing. Its reactor runs until SIGINT or SIGTERM. Twisted: finger01.py.
 *
 * Each step adds something, and takes what stays as it was from the step before. From step 2 on all run with
 *
 *     node --import tsx examples/ported/finger/finger02.ts                  on 127.0.0.1, port 1079
 *     node --import tsx examples/ported/finger/finger02.ts tcp:79           elsewhere
 *
 * and answer what `printf 'moira\r\n' | nc -N 127.0.0.1 1079` asks. The numbers are those of Twisted's steps. Those that are left out
 * start a process (10), look into the web (11), or speak IRC (16) or Perspective Broker (20 to 22).
 */
import { getReactor } from '../../../src/index.js'; // 'heddle', in a program of yours

await getReactor().run();
