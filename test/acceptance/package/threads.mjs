// Work in another thread, or the sentence that says what is missing.
import { ThreadModule, deferToThread, getReactor } from 'heddle';

const sums = new ThreadModule(new URL('./sums.mjs', import.meta.url));
try {
  console.log(await deferToThread(sums, 'add', 40, 2));
} catch (error) {
  console.log(error.message);
}
getReactor().close();
