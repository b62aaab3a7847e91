import type { Inbound } from "../http/http-listener.ts";
import { readJson } from "../http/read-json.ts";
import type { GraphRoute } from "../http/route.ts";
import { checkMayCreate } from "../identity/call-permissions.ts";
import { parseAnswerBody, parseRejectBody } from "../schema/answer-body.ts";
import { parseCreateCallBody } from "../schema/create-call-body.ts";
import { actOn, emptyAnswer, locationOf, type Perform } from "./action.ts";

export const createCall: Perform = async (context, { calls, faults, tenantId }) => {
  const { route, inbound, roles } = context;
  const body = parseCreateCallBody(await readJson(inbound), tenantId);
  checkMayCreate(body, roles);
  const scenarioId = inbound.headers["scenario-id"];
  const call = calls.outgoing(body, typeof scenarioId === "string" ? scenarioId : undefined);
  return await actOn(call, { inbound, faults }, () => {
    // Only this answer has the member; reading the call never gives it.
    const resource = { ...call.resource(contextOf(route, inbound)), toneInfo: null };
    call.ring();
    return { status: 201, headers: { Location: locationOf(context, call.id) }, body: resource };
  });
};

export const getCall: Perform = ({ route, inbound }, { calls }) => ({
  status: 200,
  body: calls.live(route.callId).resource(contextOf(route, inbound)),
});

export const deleteCall: Perform = async ({ route, inbound }, { calls, faults }) => {
  const call = calls.live(route.callId);
  return await actOn(call, { inbound, faults }, () => {
    call.hangUpByBot();
    return { status: 204 };
  });
};

export const keepAlive: Perform = ({ route }, { calls }) => {
  calls.live(route.callId).keepAlive();
  return emptyAnswer(200);
};

export const answer: Perform = async ({ route, inbound }, { calls, faults }) => {
  const { callbackUri, mediaConfig, acceptedModalities } = parseAnswerBody(await readJson(inbound));
  const call = calls.inState("incoming", route.callId);
  return await actOn(call, { inbound, faults }, () => {
    call.answer({ callbackUri, mediaConfig, requestedModalities: acceptedModalities ?? ["audio"] });
    return emptyAnswer(202);
  });
};

export const reject: Perform = async ({ route, inbound }, { calls, faults }) => {
  const { callbackUri } = parseRejectBody(await readJson(inbound));
  const call = calls.inState("incoming", route.callId);
  return await actOn(call, { inbound, faults }, () => {
    if (callbackUri) call.outbox.redirect(callbackUri);
    call.end({ code: 0, subcode: 0, message: "The call was rejected by the bot." });
    return emptyAnswer(202);
  });
};

const contextOf = ({ version, root }: GraphRoute, { origin }: Inbound): string =>
  `${origin}/${version}/$metadata#${root}/calls/$entity`;
