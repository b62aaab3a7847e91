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

/** The checked parameters of answer. */
interface AnswerBody {
  callbackUri: string;
  mediaConfig: Record<string, unknown>;
  acceptedModalities?: readonly string[] | null;
}

const answerSchema: Check = object({
  properties: {
    callbackUri: text,
    mediaConfig,
    acceptedModalities: modalities,
    participantCapacity: nullable(count),
    callOptions: nullable(oneOfTypes({ incomingCallOptions })),
  },
  describeUndeclared: describeUndeclaredParameter("answer"),
});

/**
 * Reads the body of answer.
 *
 * @throws GraphError 400
 */
export function parseAnswerBody(body: unknown): AnswerBody {
  checkBody(answerSchema, body);
  const checked = body as AnswerBody;
  checkCallbackUri(checked.callbackUri);
  return checked;
}

const rejectSchema: Check = object({
  properties: { reason: nullable(enumOf(["none", "busy", "forbidden"])), callbackUri: nullable(text) },
  describeUndeclared: describeUndeclaredParameter("reject"),
});

/**
 * Reads the body of reject.
 *
 * @throws GraphError 400
 */
export function parseRejectBody(body: unknown): { callbackUri?: string | null } {
  checkBody(rejectSchema, body);
  const checked = body as { callbackUri?: string | null };
  if (checked.callbackUri) checkCallbackUri(checked.callbackUri);
  return checked;
}
