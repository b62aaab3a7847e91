import { readFileSync } from "node:fs";

/** The bytes of `__fixtures__/{name}.json`. */
export function readFixture(name: string): Uint8Array {
  return readFileSync(new URL(`${name}.json`, import.meta.url));
}
