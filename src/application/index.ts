/** Services: what a program starts and stops as a whole. Twisted: twisted.application. */
export { Application } from './application.js';
export { type BackoffPolicyOptions, type RetryPolicy, backoffPolicy } from './backoff-policy.js';
export {
  ClientService,
  type ClientServiceEvents,
  type ClientServiceOptions,
  type WhenConnectedOptions,
} from './client-service.js';
export type { ClientState } from './client-machine.js';
export { ServiceStopError, type StopFailure } from './errors.js';
export { MultiService } from './multi-service.js';
export { type RunApplicationOptions, runApplication } from './run-application.js';
export type { Listening } from './server-run.js';
export { ServerService, type ServerServiceOptions } from './server-service.js';
export { Service } from './service.js';
export { type SystemEventReactor, startApplication } from './start-application.js';
export {
  StreamServerEndpointService,
  type StreamServerEndpointServiceOptions,
} from './stream-server-endpoint-service.js';
export * as strports from './strports.js';
export { TCPClient, type TCPClientOptions } from './tcp-client.js';
export { TCPServer, type TCPServerOptions } from './tcp-server.js';
export { TimerService } from './timer-service.js';
