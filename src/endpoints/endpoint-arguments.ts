import { servicePort } from '../names/index.js';
import { isIPAddress } from '../address/index.js';
import type { Description, DescriptionField } from './description.js';
import { EndpointSyntaxError } from './endpoint-syntax-error.js';
import { nearestSpelling } from './nearest-spelling.js';

/** The bounds of a number; both belong to it. */
export interface NumberBounds {
  /** The least that is allowed; 0 unless it is given. */
  readonly min?: number;
  /** The most that is allowed; no limit unless it is given. */
  readonly max?: number;
}

/**
 * What stands in a description behind its type, for those who make an endpoint of it. They say by `places` what a field without
 * a name means, ask for each field that they know by its name, and get EndpointSyntaxErrors that point at the field for whatever
 * is missing, twice there or not what was asked for. What nobody has asked for is refused at the end.
 *
 * Whoever wants to see to all that alone looks at `positional` and `keywords`; then nothing is refused.
 */
export class EndpointArguments {
  readonly #description: Description;
  readonly #unnamed: DescriptionField[];
  readonly #named = new Map<string, DescriptionField>();
  readonly #asked = new Set<string>();
  #placesKnown = false;
  #keywordsSeen = false;

  constructor(description: Description) {
    this.#description = description;
    this.#unnamed = description.fields.filter(({ name }) => name === undefined);
    for (const field of description.fields) {
      if (field.name !== undefined) this.#give(field.name, field);
    }
  }

  /** The whole description. */
  get description(): string {
    return this.#description.text;
  }

  /** The type, in lower case and without the colon. */
  get type(): string {
    return this.#description.type.value.toLowerCase();
  }

  /** The values of the fields without a name, in their order. */
  get positional(): readonly string[] {
    this.#placesKnown = true;
    return this.#unnamed.map(({ value }) => value);
  }

  /** The values of the fields with a name. */
  get keywords(): ReadonlyMap<string, string> {
    this.#keywordsSeen = true;
    return new Map(Array.from(this.#named, ([name, { value }]) => [name, value]));
  }

  /** Whether a field of that name is there. */
  has(name: string): boolean {
    return this.#named.has(name);
  }

  /**
   * Gives the fields without a name these names, in their order. One that is empty is left out. To be called once, before
   * anything is asked for. Throws EndpointSyntaxError if there are more of them, or if one of them has been given by its name as well.
   */
  places(...names: readonly string[]): void {
    this.#placesKnown = true;
    for (const [index, field] of this.#unnamed.entries()) {
      const name = names[index];
      if (name === undefined) throw this.#tooMany(field, index, names);
      if (field.value !== '' || this.#named.has(name)) this.#give(name, field);
    }
  }

  /** The value of a field; undefined if it isn't there. */
  text(name: string): string | undefined {
    this.#asked.add(name);
    return this.#named.get(name)?.value;
  }

  /** The value of a field that must be there and mustn't be empty. `form` shows how the whole is written: `tcp:HOST:PORT`. */
  required(name: string, form: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw this.error(name, `the ${name} is missing: write ${form}`);
    return value;
  }

  /** A number, which may have decimals unless `whole` is set. */
  number(name: string, { min = -Infinity, max = Infinity }: NumberBounds = {}): number | undefined {
    return this.#number(name, /^-?\d+(\.\d+)?$/, 'a number', min, max);
  }

  /** A whole number. */
  wholeNumber(name: string, { min = -Infinity, max = Infinity }: NumberBounds = {}): number | undefined {
    return this.#number(name, /^-?\d+$/, 'a whole number', min, max);
  }

  /** `true` or `false`; `yes`, `no`, `1` and `0` mean the same. */
  flag(name: string): boolean | undefined {
    const value = this.choice(name, ['true', 'false', 'yes', 'no', '1', '0']);
    return value === undefined ? undefined : ['true', 'yes', '1'].includes(value);
  }

  /** One of these words. */
  choice<T extends string>(name: string, words: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw this.#isNot(name, `one of ${words.join(', ')}`, value);
    return word;
  }

  /** An IPv4 or IPv6 address. */
  ipAddress(name: string): string | undefined {
    const value = this.text(name);
    if (value !== undefined && !isIPAddress(value)) throw this.#isNot(name, 'an IP address', value);
    return value;
  }

  /** The number of a port, from `lowest` to 65535, that must be there. It may be given as the name of a service. */
  port(name: string, lowest: 0 | 1, form: string): number {
    const value = this.required(name, form);
    const port = /^\d+$/.test(value) ? Number(value) : servicePort(value);
    if (port === undefined || port < lowest || port > 65_535) {
      throw this.#isNot(name, `a whole number from ${lowest} to 65535, or the name of a service`, value);
    }
    return port;
  }

  /** An error that points at the field (at the end of the description if it isn't there). `reason` may say anything. */
  error(name: string, reason: string, options?: ErrorOptions): EndpointSyntaxError {
    const { text } = this.#description;
    const field = this.#named.get(name);
    const position = field?.valueStart ?? text.length;
    const length = field === undefined ? 1 : field.end - field.valueStart;
    return new EndpointSyntaxError(text, { field: name, position, length, reason }, options);
  }

  /** Throws EndpointSyntaxError for the first field that nobody has asked for. Called when the endpoint is made. */
  refuseUnasked(): void {
    const [first] = this.#unnamed;
    if (first !== undefined && !this.#placesKnown) throw this.#tooMany(first, 0, []);
    if (this.#keywordsSeen) return;
    for (const [name, field] of this.#named) {
      if (!this.#asked.has(name)) throw this.#unknown(name, field);
    }
  }

  #give(name: string, field: DescriptionField): void {
    if (this.#named.has(name)) {
      const { start: position, end } = field;
      const reason = `the ${name} is given twice${this.#colonHint()}`;
      throw new EndpointSyntaxError(this.description, {
        field: name,
        position,
        length: end - position,
        reason,
      });
    }
    this.#named.set(name, field);
  }

  /** What most likely went wrong where parts appear that nobody meant. */
  #colonHint(): string {
    return this.description.includes('::')
      ? '. IPv6 addresses are written in brackets, as in tcp:[::1]:80'
      : '';
  }

  #number(name: string, form: RegExp, what: string, min: number, max: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!form.test(value) || number < min || number > max) {
      throw this.#isNot(name, `${what}${range(min, max)}`, value);
    }
    return number;
  }

  #isNot(name: string, what: string, value: string): EndpointSyntaxError {
    return this.error(name, `the ${name} must be ${what}, not ${JSON.stringify(value)}`);
  }

  #tooMany({ start, end }: DescriptionField, index: number, names: readonly string[]): EndpointSyntaxError {
    const most =
      names.length === 0
        ? 'every part needs a name'
        : `${names.join(', ')} are all there may be without a name`;
    const reason = `one part too many: for ${this.type}: ${most}${this.#colonHint()}`;
    const fault = { field: `part ${index + 1}`, position: start, length: end - start, reason };
    return new EndpointSyntaxError(this.#description.text, fault);
  }

  #unknown(name: string, { start, valueStart }: DescriptionField): EndpointSyntaxError {
    const nearest = nearestSpelling(name, this.#asked);
    const hint = nearest === undefined ? '' : `. Did you mean ${JSON.stringify(nearest)}?`;
    const reason = `${this.type}: has no option ${JSON.stringify(name)}, but ${[...this.#asked].join(', ')}${hint}`;
    const fault = { field: name, position: start, length: valueStart - 1 - start, reason };
    return new EndpointSyntaxError(this.#description.text, fault);
  }
}

function range(min: number, max: number): string {
  if (max < Infinity) return ` from ${min} to ${max}`;
  return min > -Infinity ? ` from ${min} on` : '';
}
