// Jest loads CommonJS into a context of its own: an ESM-only dependency fails there, though Node.js itself could require it.
const entries = require("./entry-points.json");

test.each(entries)("require(%j) works", (entry) => {
  expect(Object.keys(require(entry))).not.toEqual([]);
});
