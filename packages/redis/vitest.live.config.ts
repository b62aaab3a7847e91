import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { mergeConfig } from "vitest/config";
import base from "../../vitest.live.config.ts";

const path = process.env.PATH ?? "";
const find = (program: string): string => spawnSync("which", [program], { encoding: "utf8" }).stdout?.trim() ?? "";

/** A PATH on which Valkey's programs have the names of Redis' programs; `undefined` if Valkey is not installed. */
function pathToValkey(): string | undefined {
  const [server, cli] = [find("valkey-server"), find("valkey-cli")];
  if (server && cli) {
    const folder = join(import.meta.dirname, "../../node_modules/.cache/valkey-as-redis");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    symlinkSync(server, join(folder, "redis-server"));
    symlinkSync(cli, join(folder, "redis-cli"));
    return `${folder}${delimiter}${path}`;
  }
  const missing = "there is no valkey-server on the PATH (apt-get install valkey-server)";
  if (process.env.REQUIRE_VALKEY === "1") throw new Error(missing);
  console.warn(`SKIPPED on Valkey: ${missing}; REQUIRE_VALKEY=1 makes that a failure`);
  return undefined;
}

const valkey = pathToValkey();

/** All tests run on Redis, and once more on Valkey. */
export default mergeConfig(base, {
  test: {
    projects: [
      { extends: true, test: { name: "redis" } },
      ...(valkey === undefined ? [] : [{ extends: true, test: { name: "valkey", env: { PATH: valkey } } }]),
    ],
  },
});
