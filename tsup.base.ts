import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, relative } from "node:path";
import { defineConfig, type Options } from "tsup";

type Configuration = ReturnType<typeof defineConfig>;
type Plugin = NonNullable<Options["plugins"]>[number];

const shared: Options = { target: "node20", sourcemap: true, clean: true };

/** The step in which tsup splits CommonJS leaves the full path of the build machine in the source maps. */
const relativeSources: Plugin = {
  name: "relative-sources",
  buildEnd({ writtenFiles }) {
    for (const { name } of writtenFiles.filter((file) => file.name.endsWith(".map"))) {
      const map: { sources: string[] } = JSON.parse(readFileSync(name, "utf8"));
      const sources = map.sources.map((source) => (isAbsolute(source) ? relative(dirname(name), source) : source));
      writeFileSync(name, JSON.stringify({ ...map, file: basename(name, ".map"), sources }));
    }
  },
};

/** The build of every published package: ESM and CommonJS, with types for both. */
export const library = (...entry: string[]): Configuration =>
  defineConfig({
    ...shared,
    entry,
    format: ["esm", "cjs"],
    dts: true,
    // Without it each entry carries its own copy of the error classes.
    splitting: true,
    plugins: [relativeSources],
    esbuildOptions: (options, { format }) => {
      // Test runners load CommonJS into contexts of their own, in which `import()` fails.
      if (format === "cjs") options.supported = { "dynamic-import": false };
    },
  });

/**
 * The build of a program that is run and never imported: one file, made from the sources of its siblings. It is there in a
 * second; their own builds, types and all, would take ten.
 */
export const program = (...entry: string[]): Configuration =>
  defineConfig({
    ...shared,
    entry,
    format: ["esm"],
    noExternal: [/^@graph-dtmf\//],
    // It calls `require`, which ESM has not.
    external: ["undici"],
    esbuildOptions: (options) => {
      options.conditions = ["@graph-dtmf/source"];
    },
  });
