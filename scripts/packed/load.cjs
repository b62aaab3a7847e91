// Prints what CommonJS finds behind each door that is named on the command line.
const doors = process.argv.slice(2);
const exported = doors.map((door) => [door, Object.keys(require(door)).sort()]);
console.log(JSON.stringify(Object.fromEntries(exported)));
