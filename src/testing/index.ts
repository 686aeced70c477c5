/** What helps to test programs that are made with heddle. */
export { EventSource } from '../logger/index.js';
export type { ConnectionDriver, ConnectionFeed, ConnectionLimits } from '../tcp/index.js';
export * from './conformance/index.js';
export { assertNoResult, failureResultOf, successResultOf } from './deferred-results.js';
export * from './doubles/index.js';
export type { CallOdds, FaultOdds } from './fault-odds.js';
export {
  type Fault,
  type FaultTime,
  type FaultyDriver,
  FaultyLibc,
  type TransferCall,
  type Truncation,
  faultyDriver,
} from './faulty-libc.js';
export { InterceptedLibc, type LibcArguments, type LibcCall } from './intercepted-libc.js';
export { type RecordedCall, type RecordedEvent, RecordingLibc } from './recording-libc.js';
export * from './simulated/index.js';
export { LogCapture, type RecordChoice, messageOf } from './log-capture.js';
export { assertNoLoggedErrors, flushLoggedErrors } from './logged-errors.js';
export * from './loopback/index.js';
export { type ConnectedProtocol, waitUntilAllDisconnected } from './wait-until-all-disconnected.js';
