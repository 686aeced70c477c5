/**
 * Several Deferreds at a time. Twisted: DeferredList and gatherResults in the "Deferred Reference".
 *
 *     node --import tsx examples/ported/howto/deferred-lists.ts
 */
import { Deferred, DeferredList, FirstError, gatherResults } from '../../../src/index.js'; // 'heddle', in a program of yours

/** Three that are still to come, and how they come: the second one fails. */
function three(): [Deferred<string>, Deferred<string>, Deferred<string>, come: () => void] {
  const [a, b, c] = [new Deferred<string>(), new Deferred<string>(), new Deferred<string>()];
  const come = (): void => {
    c.callback('the last comes first');
    b.errback(new Error('the second fails'));
    a.callback('and the first comes last');
  };
  return [a, b, c, come];
}

// All outcomes, in the list's order, whatever they are.
{
  const [a, b, c, come] = three();
  new DeferredList([a, b, c], { consumeErrors: true }).addCallback((outcomes) => {
    for (const [success, value] of outcomes) {
      console.log(success ? `result: ${value}` : `failure: ${value.getErrorMessage()}`);
    }
  });
  come();
}

// The first result, and whose it is.
{
  const [a, b, c, come] = three();
  new DeferredList([a, b, c], { fireOnOneCallback: true, consumeErrors: true }).addCallback((first) =>
    console.log(`first: ${JSON.stringify(first)}`),
  );
  come();
}

// All results, or the first failure: its FirstError says whose it is.
{
  const [a, b, c, come] = three();
  gatherResults([a, b, c], { consumeErrors: true })
    .addCallback((results) => console.log(`never printed: ${results.join()}`))
    .addErrback((failure) => {
      failure.trap(FirstError);
      const { index, subFailure } = failure.value as FirstError;
      console.log(`number ${index}: ${subFailure.getErrorMessage()}`);
    });
  come();
}

// Without a failure the results are an array of the right type.
const [word, number] = [new Deferred<string>(), new Deferred<number>()];
gatherResults([word, number]).addCallback(([text, n]) => console.log(text.repeat(n)));
number.callback(3);
word.callback('ha');
