import type { HttpRequest } from "../http/http-listener.ts";
import { readJson } from "../http/read-json.ts";
import type { GraphRoute } from "../http/route.ts";
import { checkMayCreate } from "../identity/call-permissions.ts";
import { parseAnswerBody, parseRejectBody } from "../schema/answer-body.ts";
import { parseCreateCallBody } from "../schema/create-call-body.ts";
import { type ActionHandler, emptyResponse, locationOf, runOnCall } from "./action.ts";

/**
 * Creates a call and rings at its far end. Responds 201 with the call.
 *
 * @throws GraphError 400 for an invalid body, 403 `7505` for another tenant, 403 `7504` for a missing permission.
 */
export const createCall: ActionHandler = async (context, { calls, faults, tenantId }) => {
  const { route, request, roles } = context;
  const body = parseCreateCallBody(await readJson(request), tenantId);
  checkMayCreate(body, roles);
  const scenarioId = request.headers["scenario-id"];
  const call = calls.createOutgoing(body, typeof scenarioId === "string" ? scenarioId : undefined);
  return await runOnCall(call, { request, faults }, () => {
    // Only this response has the member; GET of the call does not.
    const resource = { ...call.resource(contextOf(route, request)), toneInfo: null };
    call.ring();
    return { status: 201, headers: { Location: locationOf(context, call.id) }, body: resource };
  });
};

/**
 * Responds with the call.
 *
 * @throws GraphError 404 for a call that has ended or never existed.
 */
export const getCall: ActionHandler = ({ route, request }, { calls }) => ({
  status: 200,
  body: calls.getLive(route.callId).resource(contextOf(route, request)),
});

/**
 * Ends the call. Responds 204.
 *
 * @throws GraphError 404 for a call that has ended or never existed.
 */
export const deleteCall: ActionHandler = async ({ route, request }, { calls, faults }) => {
  const call = calls.getLive(route.callId);
  return await runOnCall(call, { request, faults }, () => {
    call.hangUpByBot();
    return { status: 204 };
  });
};

/**
 * Restarts the 45 minutes after which a call is dropped. Responds 200 without a body.
 *
 * @throws GraphError 404 for a call that has ended or never existed.
 */
export const keepAlive: ActionHandler = ({ route }, { calls }) => {
  calls.getLive(route.callId).keepAlive();
  return emptyResponse(200);
};

/**
 * Answers an incoming call. Responds 202 without a body.
 *
 * @throws GraphError 400 for an invalid body or a call that is not incoming, 404 for an ended or unknown call.
 */
export const answer: ActionHandler = async ({ route, request }, { calls, faults }) => {
  const { callbackUri, mediaConfig, acceptedModalities } = parseAnswerBody(await readJson(request));
  const call = calls.getInState("incoming", route.callId);
  return await runOnCall(call, { request, faults }, () => {
    call.answer({ callbackUri, mediaConfig, requestedModalities: acceptedModalities ?? ["audio"] });
    return emptyResponse(202);
  });
};

/**
 * Ends an incoming call. Its last notification goes to the `callbackUri` of the body, if there is one. Responds 202
 * without a body.
 *
 * @throws GraphError 400 for an invalid body or a call that is not incoming, 404 for an ended or unknown call.
 */
export const reject: ActionHandler = async ({ route, request }, { calls, faults }) => {
  const { callbackUri } = parseRejectBody(await readJson(request));
  const call = calls.getInState("incoming", route.callId);
  return await runOnCall(call, { request, faults }, () => {
    if (callbackUri) call.outbox.redirect(callbackUri);
    call.end({ code: 0, subcode: 0, message: "The call was rejected by the bot." });
    return emptyResponse(202);
  });
};

const contextOf = ({ version, root }: GraphRoute, { origin }: HttpRequest): string =>
  `${origin}/${version}/$metadata#${root}/calls/$entity`;
