// Prints what CommonJS finds in each entry point on the command line.
const entryPoints = process.argv.slice(2);
const exported = entryPoints.map((entry) => [entry, Object.keys(require(entry)).sort()]);
console.log(JSON.stringify(Object.fromEntries(exported)));
