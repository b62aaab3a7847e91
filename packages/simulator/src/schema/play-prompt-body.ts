import { badRequest } from "../http/graph-error.ts";
import { mediaInfo } from "./graph-types.ts";
import { type Check, checkBody, clientContext, count, listOf, object, oneOfTypes, orNull } from "./schema.ts";
import { undeclaredParameter } from "./send-tones-body.ts";

/** The documentation's limit for one request. */
const MAX_PROMPTS = 20;

/** The parameters of playPrompt, checked. */
export interface PlayPromptBody {
  /** How many prompts there are to play. */
  prompts: number;
  clientContext?: string;
}

const schema = (beta: boolean): Check =>
  object({
    members: {
      prompts: listOf(
        oneOfTypes({
          // Repeating a prompt is a matter of beta.
          mediaPrompt: object({ members: { mediaInfo, ...(beta && { loop: orNull(count) }) } }),
        }),
        { atLeast: 1 },
      ),
      clientContext: orNull(clientContext),
    },
    undeclared: undeclaredParameter("playPrompt"),
  });

/** @throws GraphError 400 for whatever the schema of that version refuses. */
export function readPlayPromptBody(body: unknown, version: "v1.0" | "beta"): PlayPromptBody {
  checkBody(schema(version === "beta"), body);
  const { prompts, clientContext } = body as { prompts: unknown[]; clientContext?: string | null };
  if (prompts.length > MAX_PROMPTS) throw badRequest(`playPrompt takes at most ${MAX_PROMPTS} prompts.`);
  return { prompts: prompts.length, ...(typeof clientContext === "string" && { clientContext }) };
}
