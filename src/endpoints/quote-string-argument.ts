/**
 * Makes `argument` the text of one value in the description of an endpoint: `quoteStringArgument('::1')` is `\:\:1`. It
 * can be used wherever a value stands; a value without a name that contains `=` is better given a name.
 * Twisted: `quoteStringArgument`.
 */
export function quoteStringArgument(argument: string): string {
  return argument.replaceAll(/^\[|[\\:]/g, '\\$&');
}
