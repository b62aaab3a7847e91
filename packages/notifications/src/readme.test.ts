import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const exportsSection = readme.slice(readme.indexOf("## Exports"));

it.each(["index.ts", "testing/index.ts"])("lists every export of %s", (entry) => {
  const source = readFileSync(new URL(entry, import.meta.url), "utf8");
  const exported = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names = ""]) => names.split(","));
  const names = exported.map((name) => name.replace(/^\s*type /, "").trim()).filter((name) => name !== "");
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !exportsSection.includes(`\`${name}\``))).toEqual([]);
});

it("lists no export that does not exist", () => {
  const sources = ["index.ts", "node.ts", "testing/index.ts"].map((entry) =>
    readFileSync(new URL(entry, import.meta.url), "utf8"),
  );
  const listed = [...exportsSection.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
  expect(listed.filter((name) => !new RegExp(`\\b${name}\\b`).test(sources.join("\n")))).toEqual([]);
});
