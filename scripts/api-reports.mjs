// A changed public signature must be seen in review. Each entry point of each published package has a report in `api/` of what
// it exports, made from the built types. `npm run api` writes the reports; with `--check` a report that is out of date fails,
// and so does a signature that uses a type which the package does not export.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { isProgram } from "./is-program.mjs";
import { readWorkspaces } from "./workspaces.mjs";

/** What other packages of this repository import is no public API. */
const notPublic = ["./package.json", "./internal"];

/**
 * Writes or checks the report of one entry point.
 *
 * @param {{ root: string, directory: string, types: string, report: string, check: boolean }} entry
 * @returns {string[]} what is wrong with it
 */
function extract({ root, directory, types, report, check }) {
  /** @type {string[]} */
  const faults = [];
  const folder = join(root, "node_modules/.cache/api");
  mkdirSync(folder, { recursive: true });
  const { apiReportChanged } = Extractor.invoke(
    ExtractorConfig.prepare({
      packageJsonFullPath: join(directory, "package.json"),
      configObjectFullPath: join(directory, "api-extractor.json"),
      configObject: {
        projectFolder: directory,
        mainEntryPointFilePath: types,
        newlineKind: "lf",
        compiler: { overrideTsconfig: { compilerOptions: { module: "nodenext", target: "es2022", types: ["node"] } } },
        apiReport: { enabled: true, reportFileName: report, reportFolder: join(root, "api"), reportTempFolder: folder },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        messages: {
          compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
          extractorMessageReporting: {
            default: { logLevel: ExtractorLogLevel.None },
            "ae-forgotten-export": { logLevel: ExtractorLogLevel.Error },
          },
          tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        },
      },
    }),
    {
      localBuild: !check,
      messageCallback: (message) => {
        message.handled = true;
        if (message.logLevel === ExtractorLogLevel.Error) faults.push(`${report}: ${message.text}`);
      },
    },
  );
  return check && apiReportChanged ? [...faults, `api/${report} is out of date: run "npm run api"`] : faults;
}

/**
 * The entry points of the published packages, with their built types.
 *
 * @param {string} root
 */
function entryPoints(root) {
  return readWorkspaces(root)
    .filter(({ kind }) => kind === "packages")
    .flatMap(({ name, directory, manifest }) =>
      Object.entries(manifest.exports)
        .filter(([entry]) => !notPublic.includes(entry))
        .map(([entry, { import: built }]) => ({
          directory,
          types: join(directory, built.types),
          report: `${name}${entry.slice(1).replaceAll("/", "-")}.api.md`,
        })),
    );
}

if (isProgram(import.meta)) {
  const root = process.cwd();
  const check = process.argv.includes("--check");
  const entries = entryPoints(root);
  const unbuilt = entries.filter(({ types }) => !existsSync(types));
  if (unbuilt.length > 0)
    throw new Error(`run "npm run build" first: ${relative(root, unbuilt[0]?.types ?? "")} is missing`);
  mkdirSync(join(root, "api"), { recursive: true });
  const stale = readdirSync(join(root, "api")).filter((file) => !entries.some(({ report }) => report === file));
  if (!check) for (const file of stale) rmSync(join(root, "api", file));
  const faults = [
    ...entries.flatMap((entry) => extract({ root, check, ...entry })),
    ...(check ? stale.map((file) => `api/${file} belongs to no entry point: run "npm run api"`) : []),
  ];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
