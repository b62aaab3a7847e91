import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, relative } from "node:path";
import { defineConfig, type Options } from "tsup";

type Configuration = ReturnType<typeof defineConfig>;
type Plugin = NonNullable<Options["plugins"]>[number];

const shared: Options = { target: "node20", sourcemap: true, clean: true };

/** tsup's splitting of CommonJS writes absolute paths of the build machine into the source maps. */
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
    // Without splitting each entry has its own copy of the error classes.
    splitting: true,
    plugins: [relativeSources],
    esbuildOptions: (options, { format }) => {
      // Test runners load CommonJS into separate contexts, in which `import()` fails.
      if (format === "cjs") options.supported = { "dynamic-import": false };
    },
  });

/**
 * The build of a program that is not imported: one file from the sources of all packages. It takes one second; builds of
 * the packages with their types take ten.
 */
export const program = (...entry: string[]): Configuration =>
  defineConfig({
    ...shared,
    entry,
    format: ["esm"],
    noExternal: [/^@graph-dtmf\//],
    // undici calls `require`, which ESM does not have.
    external: ["undici"],
    esbuildOptions: (options) => {
      options.conditions = ["@graph-dtmf/source"];
    },
  });
