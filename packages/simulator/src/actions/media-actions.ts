import { randomUUID } from "node:crypto";
import { playPrompt as play } from "../calls/play-prompt.ts";
import { sendTones } from "../calls/send-tones.ts";
import { badRequest, GraphError, permissionMissing } from "../http/graph-error.ts";
import { readJson } from "../http/read-json.ts";
import { parseContextBody, parsePlayPromptBody, parseSendTonesBody } from "../schema/media-bodies.ts";
import { createOperation, withEnd } from "../schema/operation-resource.ts";
import { type ActionHandler, operationResponse, runOnCall } from "./action.ts";

/**
 * Starts to send tones. Responds with the operation.
 *
 * @throws GraphError 400 for an invalid body or a call that is not established, 404 for an ended or unknown call.
 */
export const sendDtmfTones: ActionHandler = async (context, { calls, faults }) => {
  const body = parseSendTonesBody(await readJson(context.request));
  const call = calls.getInState("established", context.route.callId);
  return await runOnCall(call, { request: context.request, faults }, () =>
    operationResponse(context, call.id, sendTones(call, body, faults.takeEnding())),
  );
};

/**
 * Starts to play prompts. Responds with the operation.
 *
 * @throws GraphError 400 for an invalid body, app-hosted media or a call that is not established, 404 for an ended or
 * unknown call.
 */
export const playPrompt: ActionHandler = async (context, { calls, faults }) => {
  const body = parsePlayPromptBody(await readJson(context.request), context.route.version);
  const call = calls.getInState("established", context.route.callId);
  if (!call.isServiceHosted) throw badRequest("playPrompt needs service-hosted media.");
  return await runOnCall(call, { request: context.request, faults }, () =>
    operationResponse(context, call.id, play(call, body)),
  );
};

/**
 * Subscribes the bot to the keys of the far end. Responds with a completed operation. The operation has no
 * notification.
 *
 * @throws GraphError 400 for an invalid body or a call that is not established, 403 `7504` for a missing permission,
 * 404 for an ended or unknown call, 500 `9999` for app-hosted media.
 */
export const subscribeToTone: ActionHandler = async (context, { calls }) => {
  const { clientContext } = parseContextBody(await readJson(context.request), "subscribeToTone");
  const call = calls.getInState("established", context.route.callId);
  if (!context.roles.includes("Calls.AccessMedia.All")) throw permissionMissing();
  // The text that developers report who tried it with application-hosted media.
  if (!call.isServiceHosted) {
    throw new GraphError(500, "9999", { message: "Encountered Exception during ToneSubscription." });
  }
  call.subscribeToTones();
  const operation = createOperation("subscribeToToneOperation", { id: randomUUID(), clientContext });
  return operationResponse(context, call.id, call.store(withEnd(operation, { status: "completed" })));
};

/**
 * Cancels the running and queued media of the call. Responds with a completed operation, which has no notification of
 * its own.
 *
 * @throws GraphError 400 for an invalid body or a call that is not established, 404 for an ended or unknown call.
 */
export const cancelMediaProcessing: ActionHandler = async (context, { calls, faults }) => {
  const { clientContext } = parseContextBody(await readJson(context.request), "cancelMediaProcessing");
  const call = calls.getInState("established", context.route.callId);
  return await runOnCall(call, { request: context.request, faults }, () => {
    call.media.cancel();
    const operation = createOperation("cancelMediaProcessingOperation", { id: randomUUID(), clientContext });
    return operationResponse(context, call.id, call.store(withEnd(operation, { status: "completed" })));
  });
};

/**
 * Responds with the operation.
 *
 * @throws GraphError 404 for an unknown operation, or a call that has ended or never existed.
 */
export const getOperation: ActionHandler = ({ route }, { calls }) => {
  const operation = calls.getLive(route.callId).operation(route.operationId);
  if (!operation) throw new GraphError(404, "NotFound", { message: "Operation not found." });
  return { status: 200, body: operation };
};
