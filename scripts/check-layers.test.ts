import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { layerViolations } from "./check-layers.mjs";

const jose = { jose: "^6.0.0" };
const models = { "@graph-dtmf/models": "^0.0.0" };
const simulator = { "@graph-dtmf/simulator": "^0.0.0" };

/** A small repository in which every dependency points downwards. */
const soundTree: Record<string, unknown> = {
  "package.json": { devDependencies: { vitest: "4.1.12" } },
  "packages/models/package.json": { name: "@graph-dtmf/models", exports: { ".": {}, "./testing": {} } },
  "packages/models/src/index.ts": 'export { tones } from "./tone.ts";',
  "packages/models/src/testing/index.ts": 'import "../tone.ts";',
  "packages/client/package.json": { name: "@graph-dtmf/client", dependencies: models, devDependencies: simulator },
  "packages/client/src/send.ts": 'import "@graph-dtmf/models";\nimport "node:https";',
  "packages/client/src/send.test.ts":
    'import "vitest";\nimport "@graph-dtmf/simulator";\nimport "@graph-dtmf/models/testing";',
  "packages/client/src/__fixtures__/receiver.ts": 'import "vitest";',
  "packages/simulator/package.json": {
    name: "@graph-dtmf/simulator",
    exports: { ".": {} },
    dependencies: models,
  },
  "apps/demo/package.json": { name: "demo", dependencies: simulator },
  "apps/demo/src/main.ts": 'import "@graph-dtmf/simulator";',
};

/** The violations after the given files were added to the valid repository, or replaced in it. */
function violationsWith(files: Record<string, unknown>): string[] {
  const root = mkdtempSync(join(tmpdir(), "layers-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, content] of Object.entries({ ...soundTree, ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return layerViolations(root).map((violation) => violation.replaceAll("\\", "/"));
}

test("finds nothing where every arrow points down", () => {
  expect(violationsWith({})).toEqual([]);
});

test.each([
  ["a dependency", { dependencies: jose }],
  ["a peer dependency", { peerDependencies: jose }],
  ["a sibling in the tests", { devDependencies: simulator }],
])("reports %s of models", (_, manifest) => {
  expect(
    violationsWith({ "packages/models/package.json": { name: "@graph-dtmf/models", ...manifest } }),
  ).toContainEqual(
    expect.stringMatching(/^packages\/models\/package.json: may not depend on (jose|@graph-dtmf\/simulator)$/),
  );
});

test("keeps client and notifications apart", () => {
  const manifest = { name: "@graph-dtmf/client", devDependencies: { "@graph-dtmf/notifications": "^0.0.0" } };
  expect(violationsWith({ "packages/client/package.json": manifest })).toContain(
    "packages/client/package.json: may not depend on @graph-dtmf/notifications",
  );
});

test("reports a package without a layer", () => {
  expect(violationsWith({ "packages/extra/package.json": { name: "@graph-dtmf/extra" } })).toEqual([
    "packages/extra/package.json: it has no line in scripts/layers.mjs",
  ]);
});

test("reports an import that only hoisting makes work", () => {
  expect(violationsWith({ "packages/client/src/token.ts": 'export { SignJWT } from "jose";' })).toEqual([
    "packages/client/src/token.ts: jose is not listed in its package.json",
  ]);
});

test("reports a source that imports what only the tests may", () => {
  expect(violationsWith({ "packages/client/src/a.ts": 'const s = import("@graph-dtmf/simulator");' })).toEqual([
    "packages/client/src/a.ts: @graph-dtmf/simulator is not listed in its package.json",
  ]);
});

test("reports a package that imports itself by name", () => {
  expect(violationsWith({ "packages/client/src/a.ts": 'import type { A } from "@graph-dtmf/client";' })).toEqual([
    "packages/client/src/a.ts: @graph-dtmf/client is not listed in its package.json",
  ]);
});

test("reports another package's file that it does not export", () => {
  expect(violationsWith({ "apps/demo/src/main.ts": 'import "@graph-dtmf/simulator/src/calls.ts";' })).toEqual([
    "apps/demo/src/main.ts: @graph-dtmf/simulator/src/calls.ts is not exported by @graph-dtmf/simulator",
  ]);
});

test("reports a relative path that leaves the package, in tests too", () => {
  expect(violationsWith({ "packages/client/src/a.test.ts": 'import "../../models/src/tone.ts";' })).toEqual([
    "packages/client/src/a.test.ts: ../../models/src/tone.ts leaves its package",
  ]);
});

test("reports Node.js in models, outside of its tests", () => {
  expect(
    violationsWith({
      "packages/models/src/read.ts": 'import { readFileSync } from "node:fs";',
      "packages/models/src/read.test.ts": 'import { readFileSync } from "node:fs";',
    }),
  ).toEqual(["packages/models/src/read.ts: node:fs does I/O, and this package does none"]);
});

test("checks the examples too, which have no src folder", () => {
  expect(
    violationsWith({
      "examples/package.json": { name: "examples", dependencies: simulator },
      "examples/serve.ts": 'import "@graph-dtmf/simulator";\nimport "jose";',
      "examples/vitest.config.ts": 'import "vitest/config";',
    }),
  ).toEqual(["examples/serve.ts: jose is not listed in its package.json"]);
});

test("ignores an import in a comment", () => {
  expect(violationsWith({ "packages/models/src/a.ts": '/** import { a } from "jose" */\nexport {};' })).toEqual([]);
});
