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

/** The checked parameters of sendDtmfTones. */
export interface SendTonesBody {
  tones: readonly Tone[];
  delayBetweenTonesMs: number;
  clientContext?: string;
}

const sendTonesSchema: Check = object({
  properties: {
    tones: arrayOf(enumOf(TONES), { atLeast: 1 }),
    delayBetweenTonesMs: nullable(count),
    clientContext: nullable(clientContext),
  },
  describeUndeclared: describeUndeclaredParameter("sendDtmfTones"),
});

/**
 * Reads the body of sendDtmfTones.
 *
 * Graph's schema allows an empty list of tones and a negative delay. Both are rejected here, which is an assumption.
 *
 * @throws GraphError 400
 */
export function parseSendTonesBody(body: unknown): SendTonesBody {
  checkBody(sendTonesSchema, body);
  const { tones, delayBetweenTonesMs } = body as { tones: readonly Tone[]; delayBetweenTonesMs?: number | null };
  return { tones: [...tones], delayBetweenTonesMs: delayBetweenTonesMs ?? 0, ...pickClientContext(body) };
}

/** The most prompts in one request, as documented. */
const MAX_PROMPTS = 20;

/** The checked parameters of playPrompt. */
export interface PlayPromptBody {
  /** The number of prompts. */
  prompts: number;
  clientContext?: string;
}

const playPromptSchema = (beta: boolean): Check =>
  object({
    properties: {
      prompts: arrayOf(
        oneOfTypes({
          // Only beta has `loop`.
          mediaPrompt: object({ properties: { mediaInfo, ...(beta && { loop: nullable(count) }) } }),
        }),
        { atLeast: 1 },
      ),
      clientContext: nullable(clientContext),
    },
    describeUndeclared: describeUndeclaredParameter("playPrompt"),
  });

/**
 * Reads the body of playPrompt in a version of Graph.
 *
 * @throws GraphError 400
 */
export function parsePlayPromptBody(body: unknown, version: "v1.0" | "beta"): PlayPromptBody {
  checkBody(playPromptSchema(version === "beta"), body);
  const { prompts } = body as { prompts: unknown[] };
  if (prompts.length > MAX_PROMPTS) throw badRequest(`playPrompt takes at most ${MAX_PROMPTS} prompts.`);
  return { prompts: prompts.length, ...pickClientContext(body) };
}

/**
 * Reads the body of an action that has no parameter except clientContext.
 *
 * @throws GraphError 400
 */
export function parseContextBody(body: unknown, action: string): { clientContext?: string } {
  const properties = { clientContext: nullable(clientContext) };
  checkBody(object({ properties, describeUndeclared: describeUndeclaredParameter(action) }), body);
  return pickClientContext(body);
}

function pickClientContext(body: unknown): { clientContext?: string } {
  const { clientContext } = body as { clientContext?: string | null };
  return typeof clientContext === "string" ? { clientContext } : {};
}
