import { TONES, type Tone } from "@graph-dtmf/models";
import { badRequest } from "../http/graph-error.ts";
import {
  arrayOf,
  type Check,
  checkBody,
  clientContext,
  count,
  describeUndeclaredParameter,
  enumOf,
  nullable,
  object,
  oneOfTypes,
} from "./checks.ts";
import { mediaInfo } from "./graph-types.ts";

/** The parameters of sendDtmfTones, checked. */
export interface SendTonesBody {
  tones: readonly Tone[];
  delayBetweenTonesMs: number;
  clientContext?: string;
}

const sendTonesSchema: Check = object({
  members: {
    tones: arrayOf(enumOf(TONES), { atLeast: 1 }),
    delayBetweenTonesMs: nullable(count),
    clientContext: nullable(clientContext),
  },
  describeUndeclared: describeUndeclaredParameter("sendDtmfTones"),
});

/**
 * Reads the body of sendDtmfTones.
 *
 * That there must be a tone, and that the delay cannot be negative, is our reading: the schema would take both.
 *
 * @throws GraphError 400 for whatever the schema refuses.
 */
export function parseSendTonesBody(body: unknown): SendTonesBody {
  checkBody(sendTonesSchema, body);
  const { tones, delayBetweenTonesMs, clientContext } = body as {
    tones: readonly Tone[];
    delayBetweenTonesMs?: number | null;
    clientContext?: string | null;
  };
  return {
    tones: [...tones],
    delayBetweenTonesMs: delayBetweenTonesMs ?? 0,
    ...(typeof clientContext === "string" && { clientContext }),
  };
}

/** The documentation's limit for one request. */
const MAX_PROMPTS = 20;

/** The parameters of playPrompt, checked. */
export interface PlayPromptBody {
  /** How many prompts there are to play. */
  prompts: number;
  clientContext?: string;
}

const playPromptSchema = (beta: boolean): Check =>
  object({
    members: {
      prompts: arrayOf(
        oneOfTypes({
          // Repeating a prompt is a matter of beta.
          mediaPrompt: object({ members: { mediaInfo, ...(beta && { loop: nullable(count) }) } }),
        }),
        { atLeast: 1 },
      ),
      clientContext: nullable(clientContext),
    },
    describeUndeclared: describeUndeclaredParameter("playPrompt"),
  });

/** @throws GraphError 400 for whatever the schema of that version refuses. */
export function parsePlayPromptBody(body: unknown, version: "v1.0" | "beta"): PlayPromptBody {
  checkBody(playPromptSchema(version === "beta"), body);
  const { prompts, clientContext } = body as { prompts: unknown[]; clientContext?: string | null };
  if (prompts.length > MAX_PROMPTS) throw badRequest(`playPrompt takes at most ${MAX_PROMPTS} prompts.`);
  return { prompts: prompts.length, ...(typeof clientContext === "string" && { clientContext }) };
}

/** Reads the body of an action that takes nothing but a clientContext. */
export function parseContextBody(body: unknown, action: string): { clientContext?: string } {
  checkBody(
    object({
      members: { clientContext: nullable(clientContext) },
      describeUndeclared: describeUndeclaredParameter(action),
    }),
    body,
  );
  const { clientContext: context } = body as { clientContext?: string | null };
  return typeof context === "string" ? { clientContext: context } : {};
}
