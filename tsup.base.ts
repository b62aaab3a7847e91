import { defineConfig, type Options } from "tsup";

type Configuration = ReturnType<typeof defineConfig>;

const shared: Options = { target: "node20", sourcemap: true, clean: true };

/** The build of every published package: ESM and CommonJS, with types for both. */
export const library = (...entry: string[]): Configuration =>
  defineConfig({
    ...shared,
    entry,
    format: ["esm", "cjs"],
    dts: true,
    // Without it each entry carries its own copy of the error classes.
    splitting: true,
  });

/** The build of a program that is run and never imported. */
export const program = (...entry: string[]): Configuration => defineConfig({ ...shared, entry, format: ["esm"] });
