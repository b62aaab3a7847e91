import { randomUUID } from "node:crypto";
import { playPrompt as play } from "../calls/play-prompt.ts";
import { sendTones } from "../calls/send-tones.ts";
import { badRequest, GraphError } from "../http/graph-error.ts";
import { readJson } from "../http/read-json.ts";
import { readContextBody } from "../schema/context-body.ts";
import { ended, newOperation } from "../schema/operation-resource.ts";
import { readPlayPromptBody } from "../schema/play-prompt-body.ts";
import { readSendTonesBody } from "../schema/send-tones-body.ts";
import { actOn, operationAnswer, type Perform, permissionMissing } from "./action.ts";

export const sendDtmfTones: Perform = async (asked, { calls, faults }) => {
  const body = readSendTonesBody(await readJson(asked.inbound));
  const call = calls.inState("established", asked.route.callId);
  return await actOn(call, { inbound: asked.inbound, faults }, () =>
    operationAnswer(asked, call.id, sendTones(call, body, faults.takeEnding())),
  );
};

export const playPrompt: Perform = async (asked, { calls, faults }) => {
  const body = readPlayPromptBody(await readJson(asked.inbound), asked.route.version);
  const call = calls.inState("established", asked.route.callId);
  if (!call.isServiceHosted) throw badRequest("playPrompt needs service-hosted media.");
  return await actOn(call, { inbound: asked.inbound, faults }, () => operationAnswer(asked, call.id, play(call, body)));
};

export const subscribeToTone: Perform = async (asked, { calls }) => {
  const { clientContext } = readContextBody(await readJson(asked.inbound), "subscribeToTone");
  const call = calls.inState("established", asked.route.callId);
  if (!asked.roles.includes("Calls.AccessMedia.All")) throw permissionMissing();
  // Word for word what developers report who tried it with media of their own.
  if (!call.isServiceHosted) {
    throw new GraphError(500, "9999", { message: "Encountered Exception during ToneSubscription." });
  }
  call.listenForTones();
  const operation = newOperation("subscribeToToneOperation", { id: randomUUID(), clientContext });
  return operationAnswer(asked, call.id, call.keep(ended(operation, { status: "completed" })));
};

export const cancelMediaProcessing: Perform = async (asked, { calls, faults }) => {
  const { clientContext } = readContextBody(await readJson(asked.inbound), "cancelMediaProcessing");
  const call = calls.inState("established", asked.route.callId);
  return await actOn(call, { inbound: asked.inbound, faults }, () => {
    call.media.cancel();
    const operation = newOperation("cancelMediaProcessingOperation", { id: randomUUID(), clientContext });
    return operationAnswer(asked, call.id, call.keep(ended(operation, { status: "completed" })));
  });
};

export const getOperation: Perform = ({ route }, { calls }) => {
  const operation = calls.live(route.callId).operation(route.operationId);
  if (!operation) throw new GraphError(404, "NotFound", { message: "Operation not found." });
  return { status: 200, body: operation };
};
