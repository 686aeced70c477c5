import { Deferred, setDebugging } from '../../src/index.js';

setDebugging(true);

function makes(): Deferred<string> {
  return new Deferred<string>();
}
function firesFirst(deferred: Deferred<string>): void {
  deferred.callback('one');
}

const deferred = makes();
console.log(String(deferred));
firesFirst(deferred);
console.log(String(deferred));
try {
  deferred.callback('two');
} catch (error) {
  // AlreadyCalledError tells where it was made and where it was fired first.
  const lines = String(error).split('\n');
  console.log(lines.filter((line) => /Error|created|fired|makes|firesFirst/.test(line)).map(withoutPlace));
}

function withoutPlace(line: string): string {
  return line.replace(/ \(.*/, '').trim();
}
