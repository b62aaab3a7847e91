// How does one bot serve several tenants?
import { env } from "node:process";
import { bot, callbackUri, close } from "./bot.ts";

// The credential requests the token of the call's tenant. The receiver verifies the tenant of each notification.
const tenantIds = (env.TENANT_ID ?? "").split(",");

bot.receiver.on("call", ({ tenantId, call }) => console.log("call", call.state, "in", tenantId));

for (const tenantId of tenantIds) {
  const call = await bot.createCall({ tenantId, targets: [{ phone: { id: "+15550100" } }] });
  await call.waitFor("established"); // the tenant of the call is set from now on
  const { outcome } = await call.dial("42#");
  console.log("dialed", outcome, "in", call.tenantId);
  await call.hangUp();
  await call.waitFor("terminated");
}
console.log("served", tenantIds.length, "tenants at", callbackUri);
await close();
