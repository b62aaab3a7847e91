// Uses the packed packages. It takes them as parameters, so that ESM and CommonJS run the same program.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";

/**
 * @param {{
 *   models: typeof import("@graph-dtmf/models"),
 *   client: typeof import("@graph-dtmf/client"),
 *   notifications: typeof import("@graph-dtmf/notifications"),
 *   node: typeof import("@graph-dtmf/notifications/node"),
 *   simulator: typeof import("@graph-dtmf/simulator"),
 * }} packages
 */
export async function sendTones({ models, client, notifications, node, simulator }) {
  const graph = await simulator.startSimulator({ speed: 50 });
  const operations = notifications.createOperationTracker();
  const verifier = notifications.createGraphCallingVerifier({
    appId: graph.appId,
    tenantIds: [graph.tenantId],
    openIdConfigurationUrl: graph.openIdConfigurationUrl,
  });
  const receiver = notifications.createNotificationReceiver({ verifier, operations });
  const server = createServer(node.toNodeHandler(receiver)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const dtmf = client.createDtmfClient({ baseUrl: graph.url, credential: graph.credential, operations });

  /** @type {Promise<string>} */
  const established = new Promise((resolve) => {
    receiver.on("call", ({ callId, call }) => {
      if (call.state === "established") resolve(callId);
    });
  });
  await dtmf.calls.create({
    callbackUri: `http://127.0.0.1:${port}/api/calls`,
    tenantId: graph.tenantId,
    targets: [{ phone: { id: "+15550100" } }],
  });
  const callId = await established;
  // The client accepts secret tones of another copy of models.
  const sent = await dtmf.sendDtmfTones(callId, { tones: models.secretTones("42#"), delayBetweenTonesMs: 100 });
  const { outcome, played } = await sent.completion();
  assert.deepEqual({ outcome, played }, { outcome: "completed", played: "all" });
  assert.equal(models.formatTones(graph.call(callId).heard), "42#");

  server.closeAllConnections();
  server.close();
  await Promise.all([dtmf.close(), operations.close(), graph.close()]);
  console.log("the outcome is as expected");
}
