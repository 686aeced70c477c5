/** The logging face of heddle, over LogTape. Twisted: twisted.logger, and the log context of twisted.python.log. */
export { bufferLogs } from './buffer.js';
export * from './context.js';
export { type DiagnosticsChannel, diagnosticsChannel } from './diagnostics-channel.js';
export { EventSource } from './event-source.js';
export * from './log.js';
export { withState } from './with-state.js';
