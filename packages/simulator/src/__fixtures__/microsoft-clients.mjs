// A bot of parts that know nothing of us, as their makers ship them: Azure's credential, graph-client with its default
// middleware, fetch, and jose alone for the notifications. It reaches the simulator over https, and prints what it saw.
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import { ClientSecretCredential } from "@azure/identity";
import { Client } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { createRemoteJWKSet, jwtVerify } from "jose";

const { url, openIdConfigurationUrl, tenantId, appId, clientSecret } = JSON.parse(process.argv[2] ?? "{}");
const scope = "https://graph.microsoft.com/.default";

const { issuer, jwks_uri } = await (await fetch(openIdConfigurationUrl)).json();
const keys = createRemoteJWKSet(new URL(jwks_uri));

/** What came, in order, and who signed for it. */
const told = [];
const news = new EventEmitter();
const bot = createServer(async (request, response) => {
  const token = String(request.headers.authorization).replace("Bearer ", "");
  const { payload } = await jwtVerify(token, keys, { issuer, audience: appId, algorithms: ["RS256"] });
  const { value } = JSON.parse((await request.setEncoding("utf8").toArray()).join(""));
  response.writeHead(202).end();
  for (const { changeType, resourceData } of value) {
    const what = resourceData.clientContext ?? resourceData.state;
    told.push(`${changeType} ${what} for ${payload.tid === tenantId ? "our tenant" : "somebody"}`);
    news.emit("told");
  }
}).listen(0, "127.0.0.1");
await once(bot, "listening");

/** @param {string} what @param {number} times */
async function toBeTold(what, times = 1) {
  while (told.filter((line) => line.includes(what)).length < times) await once(news, "told");
}

/** @param {string} tenant @param {string} secret */
const credentialFor = (tenant, secret) =>
  new ClientSecretCredential(tenant, appId, secret, { authorityHost: url, disableInstanceDiscovery: true });

/** @param {string} tenant @param {string} secret */
const refusalOf = (tenant, secret) =>
  credentialFor(tenant, secret)
    .getToken(scope)
    .then(
      () => "a token",
      (error) => ({ name: error.name, message: error.message }),
    );

const authProvider = new TokenCredentialAuthenticationProvider(credentialFor(tenantId, clientSecret), {
  scopes: [scope],
});
const graph = Client.initWithMiddleware({ authProvider, baseUrl: url, customHosts: new Set([new URL(url).hostname]) });
const refused = ({ statusCode, code, requestId }) => ({ statusCode, code, requestId });

const created = await graph.api("/communications/calls").post({
  "@odata.type": "#microsoft.graph.call",
  callbackUri: `http://127.0.0.1:${bot.address().port}/api/calls`,
  tenantId,
  requestedModalities: ["audio"],
  mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
  targets: [{ identity: { phone: { "@odata.type": "#microsoft.graph.identity", id: "+15550100" } } }],
});
await toBeTold("established");
const call = `/communications/calls/${created.id}`;

const sent = await graph.api(`${call}/sendDtmfTones`).post({ tones: ["tone4", "tone2"], clientContext: "first" });
await toBeTold("first");
const completed = await graph.api(`${call}/operations/${sent.id}`).get();
const unknownTone = await graph
  .api(`${call}/sendDtmfTones`)
  .post({ tones: ["hash"] })
  .catch(refused);

// The retry of the default middleware does not know that the request was carried out.
await fetch(`${url}/_simulator/faults`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ on: "sendDtmfTones", respond: { status: 504, retryAfter: 0.01 }, executed: true }),
});
await graph.api(`${call}/sendDtmfTones`).post({ tones: ["pound"], clientContext: "second" });
await toBeTold("second", 2);
const { heard } = await (await fetch(`${url}/_simulator/calls/${created.id}`)).json();

await graph.api(`${call}/keepAlive`).post({});
await graph.api(call).delete();
await toBeTold("terminated");
const afterwards = await graph.api(call).get().catch(refused);
const wrongSecret = await refusalOf(tenantId, "guess");
const wrongTenant = await refusalOf("0f27eb4d-a4e1-4b95-9a3d-06c0b5a5f1a7", clientSecret);

bot.close();
console.log(
  JSON.stringify({ created, sent, completed, unknownTone, heard, told, afterwards, wrongSecret, wrongTenant }),
);
