/** Protocols that make one mistake each, for bad-input.ts. */
import { ConnectionDone, type Failure, type IProtocol, Protocol } from '../../../src/index.js';

export const MISTAKE = new Error('the application’s mistake');

/** A protocol's mistake, and the reasons with which connections are then lost. */
export interface Mistake {
  readonly name: string;
  readonly protocol: new () => IProtocol;
  readonly isLostWith: (heard: readonly unknown[]) => boolean;
}

/** The reasons that the protocols' `connectionLost` has heard. */
export const reasons: unknown[] = [];

function fail(): never {
  throw MISTAKE;
}

function failLater(): Promise<void> {
  return Promise.reject(MISTAKE);
}

class Witness extends Protocol {
  override dataReceived(data: Buffer): void | Promise<void> {
    this.transport.write(data);
  }

  override connectionLost(reason: Failure): void {
    reasons.push(reason.value);
  }
}

class ThrowsWhenMade extends Witness {
  override connectionMade(): void {
    fail();
  }
}

class RejectsWhenMade extends Witness {
  override connectionMade(): Promise<void> {
    return failLater();
  }
}

class ThrowsOnData extends Witness {
  override dataReceived(): void {
    fail();
  }
}

class RejectsOnData extends Witness {
  override dataReceived(): Promise<void> {
    return failLater();
  }
}

class ThrowsWhenLost extends Witness {
  override connectionMade(): void {
    this.transport.loseConnection();
  }

  override connectionLost(reason: Failure): void {
    super.connectionLost(reason);
    fail();
  }
}

class CannotBeBuilt extends Witness {
  constructor() {
    super();
    fail();
  }
}

function withTheMistake(heard: readonly unknown[]): boolean {
  return heard.length === 1 && heard[0] === MISTAKE;
}

function inOrder(heard: readonly unknown[]): boolean {
  return heard.length === 1 && heard[0] instanceof ConnectionDone;
}

export const mistakes: readonly Mistake[] = [
  { name: 'connectionMade throws', protocol: ThrowsWhenMade, isLostWith: withTheMistake },
  { name: 'connectionMade rejects', protocol: RejectsWhenMade, isLostWith: withTheMistake },
  { name: 'dataReceived throws', protocol: ThrowsOnData, isLostWith: withTheMistake },
  { name: 'dataReceived rejects', protocol: RejectsOnData, isLostWith: withTheMistake },
  { name: 'connectionLost throws', protocol: ThrowsWhenLost, isLostWith: inOrder },
  // There is no protocol that could hear of it: the client is closed.
  { name: 'buildProtocol throws', protocol: CannotBeBuilt, isLostWith: (heard) => heard.length === 0 },
];
