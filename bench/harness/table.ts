/** Lines of cells in columns: the first column is flush left, the others right; two blanks stand before each. */
export function table(lines: readonly (readonly string[])[]): string {
  const columns = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => `  ${column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)}`)
        .join('')
        .trimEnd(),
    )
    .join('\n');
}
