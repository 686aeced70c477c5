import { clientFromString, connect, getReactor } from 'heddle';
import { listenEcho } from './echo.js';

const reactor = getReactor();
await using server = listenEcho(reactor);
const endpoint = clientFromString(reactor, `tcp:127.0.0.1:${server.getHost().port}`);

await using connection = await connect(endpoint, { signal: AbortSignal.timeout(5000) });
await connection.write(Buffer.from('hello'));
const answer = await connection.read().addTimeout(5, reactor);
console.log(answer?.toString());
