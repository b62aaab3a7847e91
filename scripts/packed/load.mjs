// Prints what ESM finds behind each door that is named on the command line.
const doors = process.argv.slice(2);
const exported = doors.map(async (door) => [door, Object.keys(await import(door)).sort()]);
console.log(JSON.stringify(Object.fromEntries(await Promise.all(exported))));
