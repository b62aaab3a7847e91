import { randomUUID } from "node:crypto";
import type { PlayPromptBody } from "../schema/media-bodies.ts";
import { createOperation, type OperationResource, toTypedResult, withEnd } from "../schema/operation-resource.ts";
import type { CallSession } from "./call-session.ts";

/** How long a prompt takes: our assumption, since nothing here fetches or plays it. */
const PROMPT_MS = 1000;

/**
 * Begins to play prompts: at once, or when what was asked of the call before is over.
 *
 * @returns the operation as the answer shows it.
 */
export function playPrompt(call: CallSession, { prompts, clientContext }: PlayPromptBody): OperationResource {
  const operation = createOperation("playPromptOperation", { id: randomUUID(), clientContext });
  const { clock } = call;
  call.media.add({
    start: (finished) =>
      clock.schedule(clock.now() + clock.scale(prompts * PROMPT_MS), () => {
        const resultInfo = toTypedResult({ code: 200, subcode: 0, message: "Action completed successfully." });
        call.finish(withEnd(operation, { status: "completed", resultInfo }));
        finished();
      }),
    canceled() {
      const resultInfo = toTypedResult({
        code: 400,
        subcode: 8508,
        message: "Action failed, the operation was cancelled.",
      });
      call.finish(withEnd(operation, { status: "failed", resultInfo }));
    },
  });
  return call.keep(operation);
}
