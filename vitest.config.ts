import { defineConfig } from "vitest/config";

const conditions = ["@graph-dtmf/source", "node", "import", "default"];

/** Runs in each package (`--root` is the package); resolves siblings from source, so that no build is needed. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["*.test.ts", "src/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: ["**/*.live.test.ts", "**/node_modules/**"],
    // For what hangs. Nothing is timed: on a busy machine a property may take its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", "json"],
    outputFile: { json: "reports/test.json" },
  },
});
