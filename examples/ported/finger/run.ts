import { type IProtocolFactory, runApplication, strports } from '../../../src/index.js';

/** The last line of each step from 2 to 9: listens where the command line says, until SIGINT or SIGTERM. */
export async function run(factory: IProtocolFactory): Promise<void> {
  await runApplication(strports.service(process.argv[2] ?? 'tcp:1079:interface=127.0.0.1', factory));
}
