import { randomUUID } from "node:crypto";
import { ended, newOperation, type OperationResource, typedResult } from "../schema/operation-resource.ts";
import type { PlayPromptBody } from "../schema/play-prompt-body.ts";
import type { CallSession } from "./call-session.ts";

/** How long a prompt takes: our assumption, since nothing here fetches or plays it. */
const PROMPT_MS = 1000;

/**
 * Begins to play prompts: at once, or when what was asked of the call before is over.
 *
 * @returns the operation as the answer shows it.
 */
export function playPrompt(call: CallSession, { prompts, clientContext }: PlayPromptBody): OperationResource {
  const operation = newOperation("playPromptOperation", { id: randomUUID(), clientContext });
  const { pace } = call;
  call.media.add({
    start: (finished) =>
      pace.at(pace.now() + pace.span(prompts * PROMPT_MS), () => {
        const resultInfo = typedResult({ code: 200, subcode: 0, message: "Action completed successfully." });
        call.finish(ended(operation, { status: "completed", resultInfo }));
        finished();
      }),
    canceled() {
      const resultInfo = typedResult({
        code: 400,
        subcode: 8508,
        message: "Action failed, the operation was cancelled.",
      });
      call.finish(ended(operation, { status: "failed", resultInfo }));
    },
  });
  return call.keep(operation);
}
