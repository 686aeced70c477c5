import { Deferred, getReactor } from '../../src/index.js';

const reactor = getReactor();

/** What a library gives you: a result that comes later. */
function temperature(city: string): Deferred<number> {
  const deferred = new Deferred<number>();
  reactor.callLater(0.01, () => deferred.callback(city.length));
  return deferred;
}

// With await, which is all that most programs need:
const here = await temperature('Oslo');
console.log(`It is ${here} degrees`);

// With callbacks, which run at once when the result comes:
temperature('Reykjavik')
  .addCallback((degrees) => degrees - here)
  .addCallback((difference) => console.log(`and ${difference} more in Reykjavik`));
