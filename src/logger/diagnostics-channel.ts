import { channel } from 'node:diagnostics_channel';
import type { DiagnosticsMessages } from '../interfaces/index.js';

/**
 * One of Node's diagnostics channels, with the type of its messages.
 *
 * Facts (lib/diagnostics_channel.js of Node 20 to 26):
 *  - A channel that nobody has subscribed to is of another class than one with subscribers, and its `hasSubscribers` is a
 *    constant. Asking costs a property load; so ask, and make the message only then.
 *  - `publish` doesn't throw. What a subscriber throws is thrown again in a tick of its own, as an uncaught exception.
 *  - Channels are known by their names in a table that holds them weakly: who publishes has to keep his.
 */
export interface DiagnosticsChannel<Message> {
  /** Whether anybody listens. */
  readonly hasSubscribers: boolean;
  /** Calls the subscribers, here and now. */
  publish(message: Message): void;
}

/** The channel of this name, for a file to keep in a constant. It is the thread's: workers have their own. */
export function diagnosticsChannel<Name extends keyof DiagnosticsMessages>(
  name: Name,
): DiagnosticsChannel<DiagnosticsMessages[Name]> {
  return channel(name);
}
