// The receiver that the servers beside this file serve: who may come in, and what becomes of what they bring.
import { env } from "node:process";
import {
  createGraphCallingVerifier,
  createNotificationReceiver,
  createOperationTracker,
  type NotificationReceiver,
} from "@graph-dtmf/notifications";

const verifier = createGraphCallingVerifier({
  appId: env.APP_ID ?? "",
  tenantIds: [env.TENANT_ID ?? ""],
  // Set it to a simulator's; left out, it is that of the calling service.
  openIdConfigurationUrl: env.OPENID_CONFIGURATION_URL,
});
const operations = createOperationTracker(); // a client that sends tones takes it too

export const receiver: NotificationReceiver = createNotificationReceiver({ verifier, operations });

receiver.on("call", ({ callId, call }) => console.log(callId, call.state));
receiver.on("tone", ({ callId }) => console.log(callId, "somebody pressed a key"));
receiver.on("operation", ({ callId, operation }) => console.log(callId, operation.status));
