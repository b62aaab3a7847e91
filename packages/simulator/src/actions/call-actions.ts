import type { HttpRequest } from "../http/http-listener.ts";
import { readJson } from "../http/read-json.ts";
import type { GraphRoute } from "../http/route.ts";
import { checkMayCreate } from "../identity/call-permissions.ts";
import { parseAnswerBody, parseRejectBody } from "../schema/answer-body.ts";
import { parseCreateCallBody } from "../schema/create-call-body.ts";
import { type ActionHandler, emptyResponse, locationOf, runOnCall } from "./action.ts";

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

export const getCall: ActionHandler = ({ route, request }, { calls }) => ({
  status: 200,
  body: calls.getLive(route.callId).resource(contextOf(route, request)),
});

export const deleteCall: ActionHandler = async ({ route, request }, { calls, faults }) => {
  const call = calls.getLive(route.callId);
  return await runOnCall(call, { request, faults }, () => {
    call.hangUpByBot();
    return { status: 204 };
  });
};

export const keepAlive: ActionHandler = ({ route }, { calls }) => {
  calls.getLive(route.callId).keepAlive();
  return emptyResponse(200);
};

export const answer: ActionHandler = async ({ route, request }, { calls, faults }) => {
  const { callbackUri, mediaConfig, acceptedModalities } = parseAnswerBody(await readJson(request));
  const call = calls.getInState("incoming", route.callId);
  return await runOnCall(call, { request, faults }, () => {
    call.answer({ callbackUri, mediaConfig, requestedModalities: acceptedModalities ?? ["audio"] });
    return emptyResponse(202);
  });
};

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
