// The receiver that the servers in this folder use: its verifier and its handlers.
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
  // For a simulator. The default is Microsoft's URL.
  openIdConfigurationUrl: env.OPENID_CONFIGURATION_URL,
});
const operations = createOperationTracker(); // a client that sends tones uses the same tracker

export const receiver: NotificationReceiver = createNotificationReceiver({ verifier, operations });

receiver.on("call", ({ callId, call }) => console.log(callId, call.state));
receiver.on("tone", ({ callId }) => console.log(callId, "a key was pressed"));
receiver.on("operation", ({ callId, operation }) => console.log(callId, operation.status));
