import { EndpointSyntaxError } from './endpoint-syntax-error.js';

/**
 * Endpoints in one word, as Twisted writes them: `tcp:8007:interface=127.0.0.1`.
 *
 *  - Colons part the fields. The first is the type of the endpoint; the others have a place, or a name before `=`.
 *  - A backslash makes the character after it an ordinary one: `\:`, `\=`, `\\`. Only the first `=` of a field ends a name, so
 *    those in a value need none.
 *  - A value in brackets is an IPv6 address: its colons are ordinary, as in a URL (`tcp:[::1]:80`). Brackets without a colon
 *    inside, or with a backslash before the first one, are characters like others: what Twisted reads so is read so here.
 */

/** One field, and where it stands in the description. */
export interface DescriptionField {
  /** What stands before the first `=`; undefined for a field that has a place only. */
  readonly name: string | undefined;
  readonly value: string;
  /** Index of the field's first character, of its value's first, and of what follows it. */
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/** A description, taken apart. */
export interface Description {
  readonly text: string;
  /** The type, as it is written. */
  readonly type: DescriptionField;
  readonly fields: readonly DescriptionField[];
}

/** Takes a description apart. Throws EndpointSyntaxError, and a TypeError for what isn't text. */
export function parseDescription(text: string): Description {
  if (typeof text !== 'string') throw new TypeError('The description of an endpoint must be a string');
  const [type, ...fields] = allFields(text) as [DescriptionField, ...DescriptionField[]];
  if (type.name !== undefined || type.value === '') {
    throw new EndpointSyntaxError(text, {
      field: 'type',
      position: 0,
      length: type.end,
      reason: 'it must begin with the type of the endpoint and a colon, such as "tcp:"',
    });
  }
  return { text, type, fields };
}

function allFields(text: string): DescriptionField[] {
  const fields: DescriptionField[] = [];
  for (let start = 0; start <= text.length;) {
    const field = new FieldReader(text, start, fields.length).read();
    fields.push(field);
    start = field.end + 1;
  }
  return fields;
}

/** Reads one field. All of its work is linear: what it looks at twice is a value up to its first colon. */
class FieldReader {
  readonly #text: string;
  readonly #start: number;
  readonly #number: number;
  #at: number;
  #name: string | undefined;
  #value = '';
  #valueStart: number;

  /** `number` counts the fields; the type is 0. */
  constructor(text: string, start: number, number: number) {
    this.#text = text;
    this.#start = start;
    this.#number = number;
    this.#at = start;
    this.#valueStart = start;
  }

  read(): DescriptionField {
    while (this.#at < this.#text.length && this.#text[this.#at] !== ':') this.#readCharacter();
    return {
      name: this.#name,
      value: this.#value,
      start: this.#start,
      valueStart: this.#valueStart,
      end: this.#at,
    };
  }

  #readCharacter(): void {
    const character = this.#text.charAt(this.#at);
    if (character === '\\') {
      this.#readEscape();
    } else if (character === '=' && this.#name === undefined) {
      this.#name = this.#value;
      this.#value = '';
      this.#at += 1;
      this.#valueStart = this.#at;
    } else if (character === '[' && this.#at === this.#valueStart && this.#opensAddress()) {
      this.#readBrackets();
    } else {
      this.#value += character;
      this.#at += 1;
    }
  }

  #readEscape(): void {
    if (this.#at + 1 === this.#text.length) {
      throw this.#error(
        this.#at,
        'there is nothing after the backslash; a backslash itself is written twice',
      );
    }
    this.#value += this.#text.charAt(this.#at + 1);
    this.#at += 2;
  }

  /** Whether a colon comes before the bracket's end and before any backslash. */
  #opensAddress(): boolean {
    for (let at = this.#at + 1; at < this.#text.length; at += 1) {
      const character = this.#text[at];
      if (character === ':') return true;
      if (character === ']' || character === '\\') return false;
    }
    return false;
  }

  #readBrackets(): void {
    const open = this.#at;
    const close = this.#text.indexOf(']', open);
    if (close < 0) throw this.#error(open, 'the bracket that opens here is never closed');
    const after = this.#text[close + 1];
    if (after !== undefined && after !== ':') {
      throw this.#error(
        close + 1,
        `a bracket is followed by a colon or the end, not by ${JSON.stringify(after)}`,
      );
    }
    this.#value = this.#text.slice(open + 1, close);
    this.#at = close + 1;
  }

  #error(position: number, reason: string): EndpointSyntaxError {
    const field = this.#name ?? (this.#number === 0 ? 'type' : `part ${this.#number}`);
    return new EndpointSyntaxError(this.#text, { field, position, reason });
  }
}
