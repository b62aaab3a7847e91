// A real use of the packed packages. It is handed the packages, so that the same story is told in ESM and in CommonJS.
import assert from "node:assert/strict";

/** @param {{ models: typeof import("@graph-dtmf/models") }} packages */
export async function story({ models }) {
  assert.deepEqual(models.parseTones("42#"), ["tone4", "tone2", "pound"]);
  console.log("the story is told");
}
