import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startSimulator } from "../index.ts";

const simulator = await startSimulator({ speed: 20 });

// A bot that answers every notification and prints what it received.
const bot = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  response.writeHead(202).end();
  const { changeType, resourceData } = JSON.parse(Buffer.concat(chunks).toString()).value[0];
  console.log(changeType, resourceData.state ?? resourceData.completionReason);
  bot.emit(resourceData.state ?? resourceData.completionReason);
}).listen(0, "127.0.0.1");
await once(bot, "listening");
const { port } = bot.address() as AddressInfo;

const token = await fetch(simulator.tokenUrl, {
  method: "POST",
  body: new URLSearchParams({
    grant_type: "client_credentials",
    client_id: simulator.appId,
    client_secret: simulator.clientSecret,
    scope: "https://graph.microsoft.com/.default",
  }),
});
const { access_token } = (await token.json()) as { access_token: string };

async function post(path: string, body: unknown): Promise<{ id: string }> {
  const headers = { Authorization: `Bearer ${access_token}`, "Content-Type": "application/json" };
  const answer = await fetch(`${simulator.url}/v1.0${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  return (await answer.json()) as { id: string };
}

const { id } = await post("/communications/calls", {
  callbackUri: `http://127.0.0.1:${port}/api/calls`,
  tenantId: simulator.tenantId,
  targets: [{ identity: { user: { id: "112f7296-5fa4-42ca-bae8-6a692b15d4b8" } } }],
  mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
});
await once(bot, "established");

await post(`/communications/calls/${id}/sendDtmfTones`, { tones: ["tone4", "tone2", "pound"], clientContext: "1" });
await once(bot, "completedSuccessfully");
console.log(simulator.call(id).heard);

await simulator.close();
bot.close();
