import { defineConfig } from "vitest/config";

const conditions = ["@graph-dtmf/source", "node", "import", "default"];

/** Runs in each package (`--root` is the package); resolves siblings from source, so that no build is needed. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["*.test.ts", "src/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: ["**/*.live.test.ts", "**/node_modules/**"],
    // Only ends tests that hang: on a busy machine a property test may take long.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", "json"],
    outputFile: { json: "reports/test.json" },
  },
});
