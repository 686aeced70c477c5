import type { IStreamClientEndpoint } from '../../../src/index.js';
import { ClientService, Deferred, Factory, Protocol } from '../../../src/index.js';

/** Asks one question at a time; the answer is all that comes next. */
export class Asker extends Protocol {
  #answer: Deferred<string> | undefined;

  ask(question: string): Deferred<string> {
    this.#answer = new Deferred();
    this.transport.write(Buffer.from(question));
    return this.#answer;
  }

  override dataReceived(data: Buffer): void {
    this.#answer?.callback(data.toString());
  }
}

export function makeClient(endpoint: IStreamClientEndpoint): ClientService<Asker> {
  return new ClientService(endpoint, Factory.forProtocol(Asker), {
    prepareConnection: (asker) => asker.ask('log me in'),
    gracePeriodMs: 1000,
  });
}

export async function question(
  client: ClientService<Asker>,
  text: string,
  signal: AbortSignal,
): Promise<string> {
  const asker = await client.whenConnected({ failAfterFailures: 3, signal });
  return asker.ask(text);
}
