import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startSimulator } from "./index.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url));
const pem = (name: string): string => readFileSync(fixture(`test-only-${name}.pem`), "utf8");
const text = async (stream: Readable): Promise<string> => (await stream.setEncoding("utf8").toArray()).join("");

/** Runs a program that trusts the simulator's certificate; returns the JSON that it printed. */
async function run(program: string, input: unknown): Promise<unknown> {
  const child = spawn(process.execPath, [fixture(program), JSON.stringify(input)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: fixture("test-only-certificate.pem") },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 50_000,
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (output === "") throw new Error(errors || "the program ended without output");
  return JSON.parse(output);
}

// A simulator that works with these unchanged packages works with a bot in any language.
test("works with @azure/identity, with graph-client's default middleware and with jose", async () => {
  const simulator = await startSimulator({ speed: 50, tls: { cert: pem("certificate"), key: pem("key") } });
  onTestFinished(() => simulator.close());
  const { url, openIdConfigurationUrl, tenantId, appId, clientSecret } = simulator;
  const result = await run("microsoft-clients.mjs", { url, openIdConfigurationUrl, tenantId, appId, clientSecret });
  expect(result).toMatchObject({
    created: { state: "establishing", direction: "outgoing", toneInfo: null },
    sent: { status: "running", clientContext: "first" },
    completed: { status: "completed", completionReason: "completedSuccessfully", clientContext: "first" },
    unknownTone: { statusCode: 400, code: "BadRequest", requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    afterwards: { statusCode: 404, code: "8522" },
    wrongSecret: { name: "AuthenticationRequiredError", message: expect.stringContaining("AADSTS7000215") },
    // The credential fetches the tenant's configuration first, and reports only that this failed.
    wrongTenant: { message: expect.stringContaining("endpoints_resolution_error") },
    // The retried POST sent its tone twice.
    heard: ["tone4", "tone2", "pound", "pound"],
    received: [
      "updated establishing",
      "updated established",
      "deleted first",
      "deleted second",
      "deleted second",
      "updated terminating",
      "deleted terminated",
    ].map((subject) => `${subject} for our tenant`),
  });
  await simulator.settled();
  expect(simulator.undelivered).toEqual([]);
}, 60_000);
