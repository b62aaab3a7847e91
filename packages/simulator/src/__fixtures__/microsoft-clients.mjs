// A bot without graph-dtmf: the credential of @azure/identity, graph-client with its default middleware, fetch, and jose
// to verify notifications. It connects to the simulator over https and prints its results as JSON.
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

/** The received notifications in order, with the tenant of their token. */
const received = [];
const events = new EventEmitter();
const bot = createServer(async (request, response) => {
  const token = String(request.headers.authorization).replace("Bearer ", "");
  const { payload } = await jwtVerify(token, keys, { issuer, audience: appId, algorithms: ["RS256"] });
  const { value } = JSON.parse((await request.setEncoding("utf8").toArray()).join(""));
  response.writeHead(202).end();
  for (const { changeType, resourceData } of value) {
    const subject = resourceData.clientContext ?? resourceData.state;
    received.push(`${changeType} ${subject} for ${payload.tid === tenantId ? "our tenant" : "another tenant"}`);
    events.emit("received");
  }
}).listen(0, "127.0.0.1");
await once(bot, "listening");

/** @param {string} subject @param {number} times */
async function waitFor(subject, times = 1) {
  while (received.filter((line) => line.includes(subject)).length < times) await once(events, "received");
}

/** @param {string} tenant @param {string} secret */
const createCredential = (tenant, secret) =>
  new ClientSecretCredential(tenant, appId, secret, { authorityHost: url, disableInstanceDiscovery: true });

/** @param {string} tenant @param {string} secret */
const getTokenError = (tenant, secret) =>
  createCredential(tenant, secret)
    .getToken(scope)
    .then(
      () => "a token",
      (error) => ({ name: error.name, message: error.message }),
    );

const authProvider = new TokenCredentialAuthenticationProvider(createCredential(tenantId, clientSecret), {
  scopes: [scope],
});
const graph = Client.initWithMiddleware({ authProvider, baseUrl: url, customHosts: new Set([new URL(url).hostname]) });
const toErrorFields = ({ statusCode, code, requestId }) => ({ statusCode, code, requestId });

const created = await graph.api("/communications/calls").post({
  "@odata.type": "#microsoft.graph.call",
  callbackUri: `http://127.0.0.1:${bot.address().port}/api/calls`,
  tenantId,
  requestedModalities: ["audio"],
  mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
  targets: [{ identity: { phone: { "@odata.type": "#microsoft.graph.identity", id: "+15550100" } } }],
});
await waitFor("established");
const call = `/communications/calls/${created.id}`;

const sent = await graph.api(`${call}/sendDtmfTones`).post({ tones: ["tone4", "tone2"], clientContext: "first" });
await waitFor("first");
const completed = await graph.api(`${call}/operations/${sent.id}`).get();
const unknownTone = await graph
  .api(`${call}/sendDtmfTones`)
  .post({ tones: ["hash"] })
  .catch(toErrorFields);

// The retry of the default middleware sends the tones twice: it cannot detect that the request was executed.
await fetch(`${url}/_simulator/faults`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ on: "sendDtmfTones", respond: { status: 504, retryAfter: 0.01 }, executed: true }),
});
await graph.api(`${call}/sendDtmfTones`).post({ tones: ["pound"], clientContext: "second" });
await waitFor("second", 2);
const { heard } = await (await fetch(`${url}/_simulator/calls/${created.id}`)).json();

await graph.api(`${call}/keepAlive`).post({});
await graph.api(call).delete();
await waitFor("terminated");
const afterwards = await graph.api(call).get().catch(toErrorFields);
const wrongSecret = await getTokenError(tenantId, "guess");
const wrongTenant = await getTokenError("0f27eb4d-a4e1-4b95-9a3d-06c0b5a5f1a7", clientSecret);

bot.close();
console.log(
  JSON.stringify({ created, sent, completed, unknownTone, heard, received, afterwards, wrongSecret, wrongTenant }),
);
