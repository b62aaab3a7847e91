import { TONES, type Tone } from "@graph-dtmf/models";
import { type Check, checkBody, clientContext, count, listOf, memberOf, object, orNull } from "./schema.ts";

/** The parameters of sendDtmfTones, checked. */
export interface SendTonesBody {
  tones: readonly Tone[];
  delayBetweenTonesMs: number;
  clientContext?: string;
}

/** What Graph says of a parameter that an action does not have. */
export const undeclaredParameter =
  (action: string) =>
  (member: string): string =>
    `The parameter '${member}' in the request payload is not a valid parameter for the operation '${action}'.`;

const schema: Check = object({
  members: {
    tones: listOf(memberOf(TONES), { atLeast: 1 }),
    delayBetweenTonesMs: orNull(count),
    clientContext: orNull(clientContext),
  },
  undeclared: undeclaredParameter("sendDtmfTones"),
});

/**
 * Reads the body of sendDtmfTones.
 *
 * That there must be a tone, and that the delay cannot be negative, is our reading: the schema would take both.
 *
 * @throws GraphError 400 for whatever the schema refuses.
 */
export function readSendTonesBody(body: unknown): SendTonesBody {
  checkBody(schema, body);
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
