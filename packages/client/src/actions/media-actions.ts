import { InvalidRequestError } from "@graph-dtmf/models";
import { isRecord, TONE_DURATION_MS } from "@graph-dtmf/models/internal";
import { withODataType } from "./create-call-body.ts";
import type { MediaAction } from "./media-action.ts";
import { createSendDtmfTonesBody, type SendDtmfTonesRequest } from "./send-dtmf-tones-body.ts";

/** The assumed duration of a prompt, because the length of its file is unknown. It only affects deadlines. */
const PROMPT_MS = 120_000;
/** @see Graph v1.0, call: playPrompt */
const MAX_PROMPTS = 20;

/** The input that all media actions have in common. */
export interface MediaActionRequest {
  /**
   * Identifies the operation in notifications: 1 to 256 ASCII characters, unique among the pending operations of the call.
   * Default: a random GUID.
   */
  clientContext?: string;
}

/** A sound to play: a WAV file (mono, 16 bit, 16 kHz) that Graph can fetch. */
export interface Prompt {
  uri: string;
  /** An id of the sound. Graph fetches sounds of the same id once. */
  resourceId?: string;
}

/** The input of `playPrompt`. */
export interface PlayPromptRequest extends MediaActionRequest {
  /** 1 to 20 prompts, played one after the other. */
  prompts: readonly Prompt[];
}

/** Creates the media action of `sendDtmfTones`. */
export function createSendDtmfTonesAction(callId: string, request: SendDtmfTonesRequest): MediaAction {
  const body = createSendDtmfTonesBody(request);
  const { length } = body.tones;
  return {
    callId,
    name: "sendDtmfTones",
    kind: "sendDtmfTonesOperation",
    body,
    clientContext: request.clientContext,
    expectedMs: length * TONE_DURATION_MS + (length - 1) * (body.delayBetweenTonesMs ?? 0),
    needsLock: true,
  };
}

/** Creates the media action of `subscribeToTone`. */
export function createSubscribeToToneAction(callId: string, request?: MediaActionRequest): MediaAction {
  const { clientContext } = request ?? {};
  const kind = "subscribeToToneOperation";
  return { callId, name: "subscribeToTone", kind, body: {}, clientContext, expectedMs: 0, needsLock: true };
}

/** Creates the media action of `cancelMediaProcessing`. It needs no lock, because it stops what holds the lock. */
export function createCancelMediaProcessingAction(callId: string, request?: MediaActionRequest): MediaAction {
  const { clientContext } = request ?? {};
  const kind = "cancelMediaProcessingOperation";
  return { callId, name: "cancelMediaProcessing", kind, body: {}, clientContext, expectedMs: 0, needsLock: false };
}

/** Creates the media action of `playPrompt`. */
export function createPlayPromptAction(callId: string, request: PlayPromptRequest): MediaAction {
  const prompts = isRecord(request) ? request.prompts : undefined;
  if (!Array.isArray(prompts) || prompts.length === 0 || prompts.length > MAX_PROMPTS) {
    throw new InvalidRequestError(`prompts must be an array of 1 to ${MAX_PROMPTS} prompts`);
  }
  return {
    callId,
    name: "playPrompt",
    kind: "playPromptOperation",
    body: { prompts: Array.from(prompts, toMediaPrompt) },
    clientContext: request.clientContext,
    expectedMs: prompts.length * PROMPT_MS,
    needsLock: true,
  };
}

function toMediaPrompt(prompt: unknown, index: number): object {
  const { uri, resourceId } = isRecord(prompt) ? prompt : {};
  if (typeof uri !== "string" || !URL.canParse(uri) || !["string", "undefined"].includes(typeof resourceId)) {
    throw new InvalidRequestError(`prompts[${index}] must be { uri: an absolute URL, resourceId?: a string }`);
  }
  return withODataType("mediaPrompt", {
    mediaInfo: withODataType("mediaInfo", { uri, ...(resourceId !== undefined && { resourceId }) }),
  });
}
