import { type RetryPolicy, backoffPolicy } from 'heddle';

const doubled = backoffPolicy({ initialDelay: 0.5, factor: 2, maxDelay: 30, jitter: () => 0 });
const twoSpeeds: RetryPolicy = (failedAttempts) => (failedAttempts <= 5 ? 1 : 60) + Math.random();

const attempts = [1, 2, 3, 4, 5, 6, 7, 8];
console.log(attempts.map(doubled));
console.log(attempts.map((attempt) => Math.floor(twoSpeeds(attempt))));
