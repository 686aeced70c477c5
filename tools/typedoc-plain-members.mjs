/**
 * Leaves out of the reference what says the same for every class: how util.inspect shows it (`[inspect.custom]`), the `name`
 * that an error class gives its errors, which is the class's own, and `prototype`.
 */
import { Converter, ReflectionKind } from 'typedoc';

/** An error's `name` is declared by the standard library, and every error class of heddle gives it its own name. */
const isErrorName = (reflection) =>
  reflection.name === 'name' &&
  reflection.kindOf(ReflectionKind.Property) &&
  /^["']\w+["']$/.test(reflection.defaultValue ?? '');

/** What TypeScript writes for the class that a mixin returns has a `prototype`, as every class has. */
const isPrototype = (reflection) =>
  reflection.name === 'prototype' && reflection.kindOf(ReflectionKind.Property);

const isInspect = (reflection) => reflection.name === '[custom]' && reflection.kindOf(ReflectionKind.Method);

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const { project } = context;
    const plain = project
      .getReflectionsByKind(ReflectionKind.Method | ReflectionKind.Property)
      .filter((reflection) => isInspect(reflection) || isErrorName(reflection) || isPrototype(reflection));
    for (const reflection of plain) project.removeReflection(reflection);
  });
}
