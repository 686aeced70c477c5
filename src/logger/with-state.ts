/**
 * An object's text form with what is to be said of its state besides: `<Port of Echo on 127.0.0.1:8007>` becomes
 * `<Port of Echo on 127.0.0.1:8007, accepting, connections: 3>`. For `[inspect.custom]`, where somebody looks at the object;
 * `toString()` stays the short name that log records and error messages have. What is false or undefined is left out.
 */
export function withState(name: string, ...state: readonly (string | false | undefined)[]): string {
  const said = state.filter((words) => typeof words === 'string');
  return [name.slice(0, -1), ...said].join(', ') + name.slice(-1);
}
