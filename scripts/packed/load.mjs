// Prints what ESM finds in each entry point on the command line.
const entryPoints = process.argv.slice(2);
const exported = entryPoints.map(async (entry) => [entry, Object.keys(await import(entry)).sort()]);
console.log(JSON.stringify(Object.fromEntries(await Promise.all(exported))));
