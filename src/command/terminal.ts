/** Where a command says something. */
export interface Terminal {
  /** One line on standard output: what another program may read. */
  say(line: string): void;
  /** One line (or a few) on standard error. */
  complain(text: string): void;
}
