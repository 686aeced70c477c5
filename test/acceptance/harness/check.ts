/**
 * What an acceptance program says: one line for each check, with the figure it was decided by. run.ts counts the lines by
 * their first word. A program that is run by itself prints the same lines.
 */
export const PASSED = 'ok  ';
export const FAILED = 'FAIL';

/** Prints the outcome of a check. `what` is the sentence that holds, `figure` what was seen. */
export function check(what: string, passed: boolean, figure: string | number): void {
  console.log(`${passed ? PASSED : FAILED}  ${what}: ${figure}`);
}

/** The same for a figure that has an upper bound, which the line names. */
export function checkAtMost(what: string, value: number, most: number, unit: string): void {
  check(what, value <= most, `${rounded(value)} ${unit} (at most ${rounded(most)})`);
}

/** Three digits are plenty for what a busy machine measures. */
export function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
