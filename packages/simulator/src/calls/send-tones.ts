import { randomUUID } from "node:crypto";
import type { SendEnding } from "../faults/fault.ts";
import type { SendTonesBody } from "../schema/media-bodies.ts";
import {
  createOperation,
  type OperationEnd,
  type OperationResource,
  toTypedResult,
  withEnd,
} from "../schema/operation-resource.ts";
import type { CallSession } from "./call-session.ts";
import { playTones } from "./play-tones.ts";

/** The end of an operation, by how it ends. */
const OPERATION_ENDS: Readonly<
  Record<"completedSuccessfully" | "mediaOperationCanceled" | "unknown" | "failed", OperationEnd>
> = {
  completedSuccessfully: { status: "completed", completionReason: "completedSuccessfully" },
  mediaOperationCanceled: { status: "completed", completionReason: "mediaOperationCanceled" },
  unknown: { status: "completed", completionReason: "unknown" },
  failed: {
    status: "failed",
    completionReason: "unknown",
    resultInfo: toTypedResult({ code: 500, subcode: 9999, message: "The media service failed." }),
  },
};

/**
 * Starts to send tones, after the queued media of the call.
 *
 * @returns the operation for the response.
 */
export function sendTones(call: CallSession, body: SendTonesBody, ending: SendEnding | undefined): OperationResource {
  const { tones, delayBetweenTonesMs, clientContext } = body;
  const operation = createOperation("sendDtmfTonesOperation", { id: randomUUID(), clientContext });
  if (ending === "atOnce") {
    // The far end may end the call: then no tone follows.
    for (const tone of tones) if (!call.isEnded) call.receiveTone(tone);
    return call.store(withEnd(operation, OPERATION_ENDS.completedSuccessfully));
  }
  const end = OPERATION_ENDS[ending === undefined || ending === "never" ? "completedSuccessfully" : ending];
  const playedTones =
    end === OPERATION_ENDS.completedSuccessfully ? tones : tones.slice(0, Math.floor(tones.length / 2));
  const finish = (end: OperationEnd): void => {
    if (ending !== "never") call.finish(withEnd(operation, end));
  };
  call.media.add({
    start: (finished) =>
      playTones(call.clock, {
        tones: playedTones,
        delayBetweenTonesMs,
        onTone: (tone) => call.receiveTone(tone),
        onFinished() {
          finish(end);
          finished();
        },
      }),
    canceled: () => finish(OPERATION_ENDS.mediaOperationCanceled),
  });
  return call.store(operation);
}
