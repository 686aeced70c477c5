import { Abort } from './abort.js';
import { Connecting } from './connecting.js';
import { ConnectRefused, ConnectTimedOut } from './connecting-in-vain.js';
import { Echo } from './echo.js';
import { Exhaustion } from './exhaustion.js';
import { ClientEndsFirst, ServerEndsFirst } from './half-close.js';
import { LargeTransfer, LargeTransferBothWays } from './large-transfer.js';
import { ManyClients } from './many-clients.js';
import { EchoThatPauses, PullProducer, PushProducer } from './producers.js';
import { Reconnecting } from './reconnecting.js';
import type { NamedScenario } from './scenario.js';
import { SendFile } from './send-file.js';
import { StopListening, StopListeningUnderLoad } from './stop-listening.js';
import { WholeLife } from './whole-life.js';

export type { MakeScenario, NamedScenario, Scenario } from './scenario.js';

/** Large transfers take their time, a byte at a time. */
const leastBytes = 4000;

export const scenarios: readonly NamedScenario[] = [
  { name: 'an echo', make: (world) => new Echo(world) },
  { name: 'a large transfer', make: (world) => new LargeTransfer(world), leastBytes },
  { name: 'a large transfer both ways', make: (world) => new LargeTransferBothWays(world), leastBytes },
  { name: 'sending a file', make: (world) => new SendFile(world), leastBytes },
  { name: 'a half-close, the client first', make: (world) => new ClientEndsFirst(world) },
  { name: 'a half-close, the server first', make: (world) => new ServerEndsFirst(world) },
  { name: 'an abort', make: (world) => new Abort(world) },
  { name: 'connecting', make: (world) => new Connecting(world) },
  { name: 'connecting, and refused', make: (world) => new ConnectRefused(world) },
  { name: 'connecting, and timed out', make: (world) => new ConnectTimedOut(world) },
  { name: 'many clients', make: (world) => new ManyClients(world) },
  { name: 'a push producer', make: (world) => new PushProducer(world), leastBytes },
  { name: 'a pull producer', make: (world) => new PullProducer(world), leastBytes },
  { name: 'an echo that pauses its client', make: (world) => new EchoThatPauses(world), leastBytes },
  { name: 'stopListening() and startListening()', make: (world) => new StopListening(world) },
  { name: 'stopListening() under load', make: (world) => new StopListeningUnderLoad(world) },
  { name: 'exhaustion and recovery', make: (world) => new Exhaustion(world) },
  { name: 'the life of a reactor', make: (world) => new WholeLife(world), makesReactor: true },
  { name: 'a reconnecting client', make: (world) => new Reconnecting(world), recovers: true },
];
