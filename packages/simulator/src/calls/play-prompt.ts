import { randomUUID } from "node:crypto";
import type { PlayPromptBody } from "../schema/media-bodies.ts";
import { createOperation, type OperationResource, toTypedResult, withEnd } from "../schema/operation-resource.ts";
import type { CallSession } from "./call-session.ts";

/** The duration of a prompt. An assumption: the simulator neither downloads nor plays files. */
const PROMPT_MS = 1000;

/**
 * Starts to play prompts, after the queued media of the call.
 *
 * @returns the operation for the response.
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
  return call.store(operation);
}
