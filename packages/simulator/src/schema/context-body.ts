import { checkBody, clientContext, object, orNull } from "./schema.ts";
import { undeclaredParameter } from "./send-tones-body.ts";

/** Reads the body of an action that takes nothing but a clientContext. */
export function readContextBody(body: unknown, action: string): { clientContext?: string } {
  checkBody(
    object({ members: { clientContext: orNull(clientContext) }, undeclared: undeclaredParameter(action) }),
    body,
  );
  const { clientContext: context } = body as { clientContext?: string | null };
  return typeof context === "string" ? { clientContext: context } : {};
}
