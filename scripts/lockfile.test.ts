import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { downloadAddresses, type Lock, platformGaps } from "./lockfile.ts";

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const lock: Lock = JSON.parse(read("package-lock.json"));

test("the lock records no download address", () => {
  expect(downloadAddresses(lock)).toEqual([]);
});

test("the lock has every platform's build", () => {
  expect(platformGaps(lock)).toEqual([]);
});

test("npm is configured to leave download addresses out", () => {
  expect(read(".npmrc").split(/\r?\n/)).toContain("omit-lockfile-registry-resolved=true");
});

test("reports a download address, but not a workspace's folder", () => {
  const packages = {
    "node_modules/a": { resolved: "https://registry.npmjs.org/a/-/a-1.0.0.tgz" },
    "node_modules/b": { resolved: "packages/b" },
    "node_modules/c": {},
  };
  expect(downloadAddresses({ packages })).toEqual(["node_modules/a"]);
});

test("reports a platform without an entry", () => {
  const packages = {
    "": {},
    "node_modules/a": { optionalDependencies: { "@a/linux": "1.0.0", "@a/darwin": "1.0.0" } },
    "node_modules/@a/linux": {},
    "node_modules/other/node_modules/@a/darwin": {},
  };
  expect(platformGaps({ packages })).toEqual(["node_modules/a: @a/darwin"]);
});

test("accepts an entry wherever Node.js would look for it", () => {
  const packages = {
    "node_modules/b/node_modules/a": { optionalDependencies: { near: "1", between: "1", far: "1" } },
    "node_modules/b/node_modules/a/node_modules/near": {},
    "node_modules/b/node_modules/between": {},
    "node_modules/far": {},
  };
  expect(platformGaps({ packages })).toEqual([]);
});
