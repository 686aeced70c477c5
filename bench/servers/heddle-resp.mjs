// The RESP server of the examples, on compiled JavaScript. The argument is that of heddle-echo.mjs.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { buildSync } from 'esbuild';

import { announce } from './control.mjs';

const IN_SOURCES = '../src/index.js';
const build = process.argv[2];
const heddle =
  build === undefined
    ? new URL('../../dist/index.js', import.meta.url).href
    : pathToFileURL(`${build}/index.js`).href;

/** The example's modules in one, which imports heddle from the build instead of from the sources. */
function compile() {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL('../../examples/resp-protocol.ts', import.meta.url))],
    bundle: true,
    external: [IN_SOURCES],
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    write: false,
  });
  return outputFiles[0].text.replaceAll(IN_SOURCES, heddle);
}

const folder = new URL('../build/', import.meta.url);
const file = new URL(`resp-${process.pid}.mjs`, folder);
mkdirSync(folder, { recursive: true });
writeFileSync(file, compile());
const { RespFactory } = await import(file.href);
rmSync(file);

const { getReactor } = await import(heddle);
const reactor = getReactor();
const port = reactor.listenTCP(0, new RespFactory(reactor), { interface: '127.0.0.1', noDelay: true });
announce(port.getHost().port);
