import { serve, serverFromString, getReactor } from '../../../src/index.js';

const endpoint = serverFromString(getReactor(), process.argv[2] ?? 'tcp:8007');
const stopped = new AbortController();
process.once('SIGTERM', () => stopped.abort());

await serve(
  endpoint,
  async (connection) => {
    for await (const data of connection) await connection.write(data);
  },
  { signal: stopped.signal, connectionsMax: 1000 },
);
console.log('all have been served');
