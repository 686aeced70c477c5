/** Where in a description something is wrong, and what. */
export interface EndpointFault {
  /** The field by its name; `type` for what stands before the first colon, `part 2` for a field without a name. */
  readonly field: string;
  /** Index of the first character that is wrong. It is the description's length where something is missing at the end. */
  readonly position: number;
  /** How many characters are wrong; 1 unless it is given. */
  readonly length?: number;
  /** What is wrong, in words that go on after "Bad endpoint description: ". */
  readonly reason: string;
}

/**
 * The description of an endpoint can't be understood. The message shows the description, and marks the place:
 *
 *     Bad endpoint description: the port must be a whole number from 0 to 65535, or the name of a service, not "80o"
 *         tcp:80o:interface=127.0.0.1
 *             ^^^
 *
 * Twisted raises a ValueError, or whatever the making of the endpoint raises.
 */
export class EndpointSyntaxError extends SyntaxError {
  static {
    this.prototype.name = 'EndpointSyntaxError';
  }

  /** The whole description. */
  readonly description: string;
  /** The argument that is wrong, by its name; empty if the fault lies in the description as a whole. */
  readonly field: string;
  /** Where in the description the fault begins, counted from 0 in UTF-16 units. */
  readonly position: number;

  constructor(description: string, fault: EndpointFault, options?: ErrorOptions) {
    super(`Bad endpoint description: ${fault.reason}\n${marked(description, fault)}`, options);
    this.description = description;
    this.field = fault.field;
    this.position = fault.position;
  }
}

/** The description and a line of carets below the part that is wrong. */
function marked(description: string, { position, length = 1 }: EndpointFault): string {
  // Line breaks and their like would spoil the picture; one character stays one character.
  const shown = description.replace(/[\p{Cc}\u2028\u2029]/gu, '?');
  return `    ${shown}\n    ${' '.repeat(position)}${'^'.repeat(Math.max(1, length))}`;
}
