import { makeMistake } from './mistake.js';

await makeMistake();
