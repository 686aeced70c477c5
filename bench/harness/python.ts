import { spawnSync } from 'node:child_process';

/** Debian's own: packages of the distribution aren't there for a Python from elsewhere. */
export const PYTHON = '/usr/bin/python3';

const VERSIONS = `
import importlib, json, platform
def version(name):
    try:
        return importlib.import_module(name).__version__
    except ImportError:
        return None
print(json.dumps({"python": platform.python_version(), **{name: version(name) for name in ("twisted", "uvloop")}}))
`;

/** What there is of Debian's Python and of what the peers in it need; null for what isn't there. */
export interface PythonVersions {
  readonly python: string | null;
  readonly twisted: string | null;
  readonly uvloop: string | null;
}

let versions: PythonVersions | undefined;

/** Asked of Python once: starting it for each turn would take time. */
export function pythonVersions(): PythonVersions {
  versions ??= askedVersions();
  return versions;
}

function askedVersions(): PythonVersions {
  const { status, stdout } = spawnSync(PYTHON, ['-c', VERSIONS], { encoding: 'utf8' });
  if (status !== 0) return { python: null, twisted: null, uvloop: null };
  return JSON.parse(stdout) as PythonVersions;
}
