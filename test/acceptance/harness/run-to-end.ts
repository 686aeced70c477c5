import { spawnSync } from 'node:child_process';

/** How a program ended, and what it wrote. */
export interface Ending {
  readonly code: number | null;
  readonly said: string;
  readonly complaints: string;
}

/** Runs a program in a folder, and waits for its end. */
export function runToEnd(
  folder: string,
  program: string,
  args: readonly string[],
  path = process.env['PATH'],
): Ending {
  const env = { ...process.env, PATH: path };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', env });
  return { code: status, said: stdout.trim(), complaints: stderr.trim() };
}
