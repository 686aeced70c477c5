import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { IProtocol, IProtocolFactory, IService } from '../interfaces/index.js';
import { Factory, type ProtocolClass } from '../protocols/index.js';
import { LoadError } from './failure.js';

/** What a module is there for. */
export type Program =
  | { readonly kind: 'factory'; readonly factory: IProtocolFactory }
  | { readonly kind: 'service'; readonly service: IService };

/** The exports that are looked at, in this order. */
const NAMES = ['default', 'application', 'service', 'factory'] as const;

/**
 * Loads a module, and answers what it exports. Throws a LoadError if there is no such file, if this Node can't load its kind, or if
 * it exports nothing to run; and whatever the module throws.
 */
export async function loadProgram(file: string): Promise<Program> {
  const path = resolve(file);
  if (!existsSync(path)) throw new LoadError(`There is no file ${file}`);
  const program = programIn(await load(path, file));
  if (program !== undefined) return program;
  throw new LoadError(
    `${file} exports neither a factory nor an application (looked at: ${NAMES.join(', ')}); see heddle serve --help`,
  );
}

async function load(path: string, file: string): Promise<object> {
  try {
    return (await import(pathToFileURL(path).href)) as object;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
    throw new LoadError(cannotLoad(file), { cause: error });
  }
}

function cannotLoad(file: string): string {
  const extension = extname(file);
  const hint = /^\.[cm]?ts$/.test(extension)
    ? `: install tsx and set NODE_OPTIONS="--import tsx", or compile ${file} first`
    : '';
  return `Node ${process.versions.node} can't load ${extension} files by itself${hint}`;
}

/** What a module's exports are good for; undefined if for nothing. */
export function programIn(exported: object): Program | undefined {
  const module = new Map<string, unknown>(Object.entries(exported));
  // A CommonJS module that was written as an ES module has a default export inside of its default export.
  const inner = (module.get('default') as { default?: unknown } | null | undefined)?.default;
  const values = [inner, ...NAMES.map((name) => module.get(name))];
  return values.map(programOf).find((program) => program !== undefined);
}

/** Goes by the methods that are there, not by classes: the module may have another copy of heddle. */
function programOf(value: unknown): Program | undefined {
  if (isProtocolClass(value)) return { kind: 'factory', factory: Factory.forProtocol(value) };
  if (typeof value !== 'object' || value === null) return undefined;
  if (hasMethods(value, 'privilegedStartService', 'startService', 'stopService'))
    return { kind: 'service', service: value as IService };
  if (hasMethods(value, 'buildProtocol', 'doStart', 'doStop'))
    return { kind: 'factory', factory: value as IProtocolFactory };
  return undefined;
}

function isProtocolClass(value: unknown): value is ProtocolClass<IProtocol> {
  if (typeof value !== 'function') return false;
  const { prototype } = value as { prototype?: unknown };
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    hasMethods(prototype, 'makeConnection', 'dataReceived', 'connectionLost')
  );
}

function hasMethods(value: object, ...names: readonly string[]): boolean {
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
