/**
 * The finger tutorial, step 1: a server that does nothing. Its reactor runs until SIGINT or SIGTERM. Twisted: finger01.py.
 *
 * Each step adds something, and takes what stays as it was from the step before. From step 2 on they run with
 *
 *     node --import tsx examples/ported/finger/finger02.ts                  on 127.0.0.1, port 1079
 *     node --import tsx examples/ported/finger/finger02.ts tcp:79           elsewhere
 *
 * or, since they export a factory, with
 *
 *     NODE_OPTIONS='--import tsx' npx heddle serve examples/ported/finger/finger02.ts --listen tcp:79
 *
 * and answer what `printf 'moira\r\n' | nc -N 127.0.0.1 1079` asks. The numbers are those of Twisted's steps. A step without
 * a file either leads up to step 19, or needs what isn't there (processes, TLS, IRC, Perspective Broker).
 */
import { getReactor } from '../../../src/index.js'; // 'heddle', in a program of yours

await getReactor().run();
