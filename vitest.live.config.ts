import { mergeConfig } from "vitest/config";
import base from "./vitest.config.ts";

/** Tests that need more than this repository: a registry, another Node.js, reference data. Never cached. */
const live = mergeConfig(base, {});
live.test = {
  ...live.test,
  include: ["src/**/*.live.test.ts", "scripts/**/*.live.test.ts"],
  exclude: ["**/node_modules/**"],
  outputFile: { json: "reports/live.json" },
  testTimeout: 240_000,
  hookTimeout: 240_000,
};

export default live;
