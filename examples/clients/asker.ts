import { Deferred, type Failure, LineOnlyReceiver, NotConnectedError, fail } from 'heddle';

/** Asks questions, a line each. The answers come in the same order. */
export class Asker extends LineOnlyReceiver {
  override delimiter = Buffer.from('\n');
  readonly #asked: Deferred<string>[] = [];

  ask(question: string): Deferred<string> {
    if (!this.connected) return fail(new NotConnectedError());
    const answer = new Deferred<string>();
    this.#asked.push(answer);
    this.sendLine(Buffer.from(question));
    return answer;
  }

  override lineReceived(line: Buffer) {
    this.#asked.shift()?.callback(line.toString());
  }

  override connectionLost(reason: Failure) {
    for (const answer of this.#asked.splice(0)) answer.errback(reason);
  }
}
