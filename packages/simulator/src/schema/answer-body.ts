import { checkCallbackUri } from "./callback-uri.ts";
import { incomingCallOptions, mediaConfig, modalities } from "./graph-types.ts";
import { type Check, checkBody, count, memberOf, object, oneOfTypes, orNull, text } from "./schema.ts";
import { undeclaredParameter } from "./send-tones-body.ts";

/** The parameters of answer, checked. */
export interface AnswerBody {
  callbackUri: string;
  mediaConfig: Record<string, unknown>;
  acceptedModalities?: readonly string[] | null;
}

const answer: Check = object({
  members: {
    callbackUri: text,
    mediaConfig,
    acceptedModalities: modalities,
    participantCapacity: orNull(count),
    callOptions: orNull(oneOfTypes({ incomingCallOptions })),
  },
  undeclared: undeclaredParameter("answer"),
});

/** @throws GraphError 400 */
export function readAnswerBody(body: unknown): AnswerBody {
  checkBody(answer, body);
  const read = body as AnswerBody;
  checkCallbackUri(read.callbackUri);
  return read;
}

const reject: Check = object({
  members: { reason: orNull(memberOf(["none", "busy", "forbidden"])), callbackUri: orNull(text) },
  undeclared: undeclaredParameter("reject"),
});

/** @throws GraphError 400 */
export function readRejectBody(body: unknown): { callbackUri?: string | null } {
  checkBody(reject, body);
  const read = body as { callbackUri?: string | null };
  if (read.callbackUri) checkCallbackUri(read.callbackUri);
  return read;
}
