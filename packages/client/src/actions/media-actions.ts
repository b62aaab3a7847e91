import { InvalidRequestError } from "@graph-dtmf/models";
import { isRecord, TONE_DURATION_MS } from "@graph-dtmf/models/internal";
import type { MediaAction } from "./perform-media-action.ts";
import { type SendDtmfTonesRequest, sendDtmfTonesBody } from "./request-body.ts";
import { typed } from "./typed.ts";

/** How long one prompt may take: nothing tells how long the file is. It only moves deadlines. */
const PROMPT_MS = 120_000;
/** @see Graph v1.0, call: playPrompt */
const MOST_PROMPTS = 20;

/** What every media action may be given. */
export interface MediaActionRequest {
  /** Finds the operation again: 1 to 256 ASCII characters, unique among the call's pending operations. A random GUID if absent. */
  clientContext?: string;
}

/** A sound to play: a WAV file (mono, 16 bit, 16 kHz) that Graph can fetch. */
export interface Prompt {
  uri: string;
  /** Names the sound, so that Graph fetches it once. */
  resourceId?: string;
}

/** What playPrompt is asked for. */
export interface PlayPromptRequest extends MediaActionRequest {
  /** 1 to 20, played one after the other. */
  prompts: readonly Prompt[];
}

/** Presses keys. */
export function sendDtmfTones(callId: string, request: SendDtmfTonesRequest): MediaAction {
  const body = sendDtmfTonesBody(request);
  const { length } = body.tones;
  return {
    callId,
    name: "sendDtmfTones",
    kind: "sendDtmfTonesOperation",
    body,
    clientContext: request.clientContext,
    expectedMs: length * TONE_DURATION_MS + (length - 1) * (body.delayBetweenTonesMs ?? 0),
    queued: true,
  };
}

/** Has Graph tell which keys people press. */
export function subscribeToTone(callId: string, request?: MediaActionRequest): MediaAction {
  const { clientContext } = request ?? {};
  const kind = "subscribeToToneOperation";
  return { callId, name: "subscribeToTone", kind, body: {}, clientContext, expectedMs: 0, queued: true };
}

/** Stops what plays and what waits to be played; it waits behind none of it. */
export function cancelMediaProcessing(callId: string, request?: MediaActionRequest): MediaAction {
  const { clientContext } = request ?? {};
  const kind = "cancelMediaProcessingOperation";
  return { callId, name: "cancelMediaProcessing", kind, body: {}, clientContext, expectedMs: 0, queued: false };
}

/** Plays sounds. */
export function playPrompt(callId: string, request: PlayPromptRequest): MediaAction {
  const prompts = isRecord(request) ? request.prompts : undefined;
  if (!Array.isArray(prompts) || prompts.length === 0 || prompts.length > MOST_PROMPTS) {
    throw new InvalidRequestError(`prompts must be a list of 1 to ${MOST_PROMPTS}`);
  }
  return {
    callId,
    name: "playPrompt",
    kind: "playPromptOperation",
    body: { prompts: Array.from(prompts, mediaPrompt) },
    clientContext: request.clientContext,
    expectedMs: prompts.length * PROMPT_MS,
    queued: true,
  };
}

function mediaPrompt(prompt: unknown, index: number): object {
  const { uri, resourceId } = isRecord(prompt) ? prompt : {};
  if (typeof uri !== "string" || !URL.canParse(uri) || !["string", "undefined"].includes(typeof resourceId)) {
    throw new InvalidRequestError(`prompts[${index}] must be { uri: an absolute URL, resourceId?: a text }`);
  }
  return typed("mediaPrompt", {
    mediaInfo: typed("mediaInfo", { uri, ...(resourceId !== undefined && { resourceId }) }),
  });
}
