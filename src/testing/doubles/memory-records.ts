import type {
  ConnectTCPOptions,
  ConnectionOptions,
  EventPhase,
  IClientFactory,
  IProtocolFactory,
  ISystemEventTrigger,
  ListenTCPOptions,
  SystemEvent,
} from '../../interfaces/index.js';

/** What a MemoryReactor keeps of a call: its arguments by their names, with those left out filled in. */

/** A call of `listenTCP`. */
export interface TcpServerRecord {
  /** The port that was asked for, 0 for any. */
  readonly port: number;
  /** What is to build the protocols. */
  readonly factory: IProtocolFactory;
  /** Empty if none were given. */
  readonly options: ListenTCPOptions;
}

/** A call of `connectTCP`, or a later attempt of its connector. */
export interface TcpClientRecord {
  /** The host that was asked for. */
  readonly host: string;
  /** The port that was asked for. */
  readonly port: number;
  /** What is to build the protocol. */
  readonly factory: IClientFactory;
  /** Empty if none were given. */
  readonly options: ConnectTCPOptions;
}

/** A call of `adoptStreamPort`. */
export interface AdoptedPortRecord {
  /** The listening descriptor. */
  readonly fd: number;
  /** Its address family, as the kernel numbers it. */
  readonly family: number;
  /** What is to build the protocols. */
  readonly factory: IProtocolFactory;
  /** Empty if none were given. */
  readonly options: ListenTCPOptions;
}

/** A call of `adoptStreamConnection`. */
export interface AdoptedConnectionRecord {
  /** The connection's descriptor. */
  readonly fd: number;
  /** Its address family, as the kernel numbers it. */
  readonly family: number;
  /** What is to build the protocol. */
  readonly factory: IProtocolFactory;
  /** Empty if none were given. */
  readonly options: ConnectionOptions;
}

/** A function that is to be called, and with what. */
export interface HookRecord {
  /** The function. */
  readonly f: (...args: readonly unknown[]) => unknown;
  /** Its arguments. */
  readonly args: readonly unknown[];
}

/** A trigger of a system event. */
export interface TriggerRecord extends HookRecord {
  /** The phase in which it is called. */
  readonly phase: EventPhase;
  /** The event that it waits for. */
  readonly eventType: SystemEvent;
  /** What `addSystemEventTrigger` answered. */
  readonly trigger: ISystemEventTrigger;
}
