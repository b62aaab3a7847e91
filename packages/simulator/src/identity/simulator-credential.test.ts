import { readFileSync } from "node:fs";
import { createManualClock } from "@graph-dtmf/models/testing";
import { expect, onTestFinished, test } from "vitest";
import { type Simulator, type SimulatorOptions, startSimulator } from "../index.ts";

const GRAPH = "https://graph.microsoft.com/.default";

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  onTestFinished(() => simulator.close());
  return simulator;
}

const tokenRequests = ({ requests }: Simulator): number => requests.filter(({ action }) => action === "token").length;

test("gets a token that Graph accepts", async () => {
  const { credential, url } = await start();
  const { token } = await credential.getToken(GRAPH);
  const { status } = await fetch(`${url}/v1.0/communications/calls/none`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(status).toBe(404);
});

test("caches a token for each scope until a minute before it expires", async () => {
  const clock = createManualClock();
  const simulator = await start({ clock });
  const { token, expiresOnTimestamp } = await simulator.credential.getToken([GRAPH]);
  expect((await simulator.credential.getToken(GRAPH)).token).toBe(token);
  await simulator.credential.getToken(`${simulator.url}/.default`);
  expect(tokenRequests(simulator)).toBe(2);
  await clock.advance(expiresOnTimestamp - clock.now() - 60_000);
  expect((await simulator.credential.getToken(GRAPH)).token).not.toBe(token);
  expect(tokenRequests(simulator)).toBe(3);
});

test("trusts the simulator's certificate", async () => {
  const pem = (name: string): string =>
    readFileSync(new URL(`../__fixtures__/test-only-${name}.pem`, import.meta.url), "utf8");
  const { credential } = await start({ tls: { cert: pem("certificate"), key: pem("key") } });
  expect(await credential.getToken(GRAPH)).toMatchObject({ token: expect.stringMatching(/^ey/) });
});

test("rejects with the error of the token endpoint, and works again afterwards", async () => {
  const { credential, faults } = await start();
  faults.next({ on: "token", respond: { status: 503 } });
  await expect(credential.getToken(GRAPH)).rejects.toThrow("503 temporarily_unavailable");
  faults.next({ on: "token", drop: "midResponse" });
  await expect(credential.getToken(GRAPH)).rejects.toThrow();
  await expect(credential.getToken("no scope")).rejects.toThrow("400 invalid_scope");
  expect(await credential.getToken(GRAPH)).toMatchObject({ token: expect.any(String) });
});
