import { EventEmitter, once } from 'node:events';

/**
 * Text as it comes, to be compared with what a page says, line by line. In a page's line `...` stands for anything, and a line that is
 * nothing else stands for any number of lines.
 */
export class Lines {
  readonly #name: string;
  readonly #changes = new EventEmitter();
  #text = '';
  #ended = false;
  #skipping = false;

  /** `name` is for messages. */
  constructor(name: string) {
    this.#name = name;
  }

  push(text: string): void {
    this.#text += text;
    this.#changes.emit('change');
  }

  end(): void {
    this.#ended = true;
    this.#changes.emit('change');
  }

  /** Waits for the next line, which must be this one. `translate` is applied to what has come. */
  async expect(line: string, translate: (come: string) => string = (come) => come): Promise<void> {
    if (line.trim() === '...') {
      this.#skipping = true;
      return;
    }
    const pattern = new RegExp(`^${line.split('...').map(escaped).join('.*')}$`);
    for (;;) {
      const come = await this.#next();
      if (come === undefined) throw new Error(`${this.#name} has ended, and "${line}" hasn't come`);
      if (pattern.test(translate(come))) break;
      if (!this.#skipping)
        throw new Error(`${this.#name}: "${translate(come)}" has come in place of "${line}"`);
    }
    this.#skipping = false;
  }

  /** Waits for the end, before which nothing may come but what `...` stands for. */
  async expectEnd(): Promise<void> {
    while (!this.#ended) await once(this.#changes, 'change');
    this.expectNothing();
  }

  /** Throws if there is something that no line of the page has asked for. */
  expectNothing(): void {
    if (this.#text !== '' && !this.#skipping)
      throw new Error(`${this.#name}: "${this.#text}" has come as well`);
  }

  /** The next line; undefined at the end. */
  async #next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#ended) return undefined;
      await once(this.#changes, 'change');
    }
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
