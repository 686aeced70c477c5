/** Runs listings one after the other, each given as `name argument...` in one argument, with a line before what each prints. */
const programs = process.argv.slice(2).map((words) => words.split(' '));
for (const [name = '', ...args] of programs) {
  console.log(`== ${name}`);
  process.argv.splice(2, Infinity, ...args);
  await import(`./listings/${name}.ts`);
}
