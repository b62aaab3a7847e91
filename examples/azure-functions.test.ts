import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { HttpRequest, HttpResponse, InvocationContext } from "@azure/functions";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { expect, it, onTestFinished, vi } from "vitest";

// The Functions host is not an npm package. This test uses the request and response classes of its library instead.
it("the example azure-functions receives a call, and rejects unauthenticated requests", {
  timeout: 60_000,
}, async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const { url, printedLines } = await openFunction(simulator);
  const { id } = simulator.incoming({ callbackUri: url });
  await vi.waitFor(() => expect(printedLines).toContainEqual([id, "incoming"]), { timeout: 30_000 });
  expect(simulator.undelivered).toEqual([]);
  const post = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(url, { method: "POST", headers, body: '{"value":[]}' })).status;
  };
  expect(await post(await simulator.signNotificationToken())).toBe(202);
  expect(await post(await simulator.signNotificationToken({ tid: "another-tenant" }))).toBe(401);
});

async function openFunction({ appId, tenantId, openIdConfigurationUrl }: Simulator) {
  vi.stubEnv("APP_ID", appId);
  vi.stubEnv("TENANT_ID", tenantId);
  vi.stubEnv("OPENID_CONFIGURATION_URL", openIdConfigurationUrl);
  onTestFinished(() => void vi.unstubAllEnvs());
  // Outside its host the library prints a warning.
  vi.spyOn(console, "warn").mockReturnValue();
  const log = vi.spyOn(console, "log").mockReturnValue();
  const { calls } = await import("./azure-functions.ts");
  const server = createServer(async (incoming, outgoing) => {
    const request = new HttpRequest({
      method: incoming.method ?? "",
      url: `http://127.0.0.1${incoming.url}`,
      headers: incoming.headers as Record<string, string>,
      body: { bytes: await buffer(incoming) },
    });
    const { status, headers, body } = new HttpResponse(await calls(request, new InvocationContext()));
    outgoing.writeHead(status, Object.fromEntries(headers)).end(body && (await buffer(body)));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/calls`, printedLines: log.mock.calls };
}
