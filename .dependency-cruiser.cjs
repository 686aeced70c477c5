/**
 * The floors of the house. Imports point downwards only; within a floor, only inside the same folder.
 * What stands in a row here is one floor: its folders don't know each other.
 */
const floors = [
  ['testing', 'command'],
  ['application'],
  ['task', 'endpoints'],
  ['reactor'],
  ['tcp', 'protocols'],
  ['names'],
  ['libc', 'time'],
  ['defer', 'errors', 'address', 'logger'],
  ['interfaces'],
];

const folder = (name) => `^src/${name}/`;

const rules = floors.flatMap((floor, level) =>
  floor.map((name) => ({
    name: `floor-${name}`,
    comment: `src/${name} may import itself and the floors below it`,
    severity: 'error',
    from: { path: folder(name) },
    to: {
      path: floors
        .slice(0, level + 1)
        .flat()
        .filter((other) => other !== name)
        .map(folder)
        .concat('^src/index'),
    },
  })),
);

/** interfaces is the ground: types of these three may be named there, nothing is loaded at run time. */
const ground = {
  name: 'interfaces-has-no-runtime-import',
  severity: 'error',
  from: { path: '^src/interfaces/' },
  to: { pathNot: '^src/interfaces/', dependencyTypesNot: ['type-only'] },
};

module.exports = {
  forbidden: [
    ...rules.map((rule) =>
      rule.name === 'floor-interfaces'
        ? { ...rule, to: { path: rule.to.path.filter((p) => !/defer|errors|address/.test(p)) } }
        : rule,
    ),
    ground,
    {
      name: 'only-libc-names-an-ffi-package',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/libc/' },
      to: { path: 'node_modules/(koffi|@koromix|ffi-napi|ref-napi)' },
    },
    {
      name: 'protocols-know-neither-reactor-nor-libc',
      severity: 'error',
      from: { path: '^src/protocols/' },
      to: { path: '^src/(reactor|libc|tcp)/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-imports-the-public-face',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testing/' },
      to: { path: '^src/index' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
