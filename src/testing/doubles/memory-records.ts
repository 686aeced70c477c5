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

export interface TcpServerRecord {
  readonly port: number;
  readonly factory: IProtocolFactory;
  readonly options: ListenTCPOptions;
}

export interface TcpClientRecord {
  readonly host: string;
  readonly port: number;
  readonly factory: IClientFactory;
  readonly options: ConnectTCPOptions;
}

export interface AdoptedPortRecord {
  readonly fd: number;
  readonly family: number;
  readonly factory: IProtocolFactory;
  readonly options: ListenTCPOptions;
}

export interface AdoptedConnectionRecord {
  readonly fd: number;
  readonly family: number;
  readonly factory: IProtocolFactory;
  readonly options: ConnectionOptions;
}

/** A function that is to be called, and with what. */
export interface HookRecord {
  readonly f: (...args: readonly unknown[]) => unknown;
  readonly args: readonly unknown[];
}

export interface TriggerRecord extends HookRecord {
  readonly phase: EventPhase;
  readonly eventType: SystemEvent;
  readonly trigger: ISystemEventTrigger;
}
