import { checkCallbackUri } from "./callback-uri.ts";
import {
  type Check,
  checkBody,
  count,
  describeUndeclaredParameter,
  enumOf,
  nullable,
  object,
  oneOfTypes,
  text,
} from "./checks.ts";
import { incomingCallOptions, mediaConfig, modalities } from "./graph-types.ts";

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
    participantCapacity: nullable(count),
    callOptions: nullable(oneOfTypes({ incomingCallOptions })),
  },
  describeUndeclared: describeUndeclaredParameter("answer"),
});

/** @throws GraphError 400 */
export function parseAnswerBody(body: unknown): AnswerBody {
  checkBody(answer, body);
  const read = body as AnswerBody;
  checkCallbackUri(read.callbackUri);
  return read;
}

const reject: Check = object({
  members: { reason: nullable(enumOf(["none", "busy", "forbidden"])), callbackUri: nullable(text) },
  describeUndeclared: describeUndeclaredParameter("reject"),
});

/** @throws GraphError 400 */
export function parseRejectBody(body: unknown): { callbackUri?: string | null } {
  checkBody(reject, body);
  const read = body as { callbackUri?: string | null };
  if (read.callbackUri) checkCallbackUri(read.callbackUri);
  return read;
}
