import type { DtmfClient, LockedSend } from "@graph-dtmf/client";
import type { Clock, CompletionOptions, OperationOutcome, ResultInfo } from "@graph-dtmf/models";
import type { CallProgress } from "./call-progress.ts";
import type { DialPlan, PlannedStep } from "./dial-plan.ts";
import { isCallNotFound, isDeliveryUnknown } from "./errors.ts";
import { onAborted, waitUntil } from "./wait-until.ts";

/** The result of dialing. The far end received at least `tonesPlayed` tones, and at most `tonesMaybePlayed` more. */
export interface DialResult {
  /** `completed` if the whole plan was played. */
  outcome: OperationOutcome["outcome"];
  /** Tones that Graph reported as played. */
  tonesPlayed: number;
  /** Further tones of which some or all may have been played. */
  tonesMaybePlayed: number;
  /** Graph's result for the operation that was not completed, or for the call that ended. */
  resultInfo?: ResultInfo;
  /** The error of the last request: Graph refused, or could not be reached. */
  error?: unknown;
}

/** What dialing needs of its call. */
interface DialContext {
  callId: string;
  tenantId: string | undefined;
  progress: CallProgress;
  dtmf: Pick<DtmfClient, "withCallLock">;
  clock: Clock;
  /** Aborted by the caller's signal, and when the bot closes. */
  signal: AbortSignal;
  /** Stops what plays in the call. */
  cancel(): Promise<void>;
}

/** How long to wait for the call's lock. Another plan may hold it for minutes. */
const LOCK_TIMEOUT_MS = 10 * 60_000;
/** How long to wait for the outcome of stopped tones. */
const CANCEL_TIMEOUT_MS = 5_000;

type TonesStep = Extract<PlannedStep, { tones: unknown }>;
/** The result of one step. */
type StepResult = Pick<DialResult, "outcome" | "resultInfo" | "error"> & { maybePlayed: number };

/** Plays the plan under the lock of the call. Ends with the first step that is not completed. */
export async function dial(plan: DialPlan, context: DialContext): Promise<DialResult> {
  const { callId, tenantId, dtmf, signal } = context;
  const request = { timeoutMs: LOCK_TIMEOUT_MS, signal, ...(tenantId !== undefined && { tenantId }) };
  let tonesPlayed = 0;
  const play = async (send: LockedSend): Promise<StepResult> => {
    for (const step of plan.steps) {
      const end =
        stopResult(context) ??
        ("pauseMs" in step ? await pause(step.pauseMs, context) : await playTones(step, { ...context, send }));
      if (end.outcome !== "completed") return end;
      if ("tones" in step) tonesPlayed += step.tones.length;
    }
    return { outcome: "completed", maybePlayed: 0 };
  };
  const { maybePlayed, ...end } = await dtmf
    .withCallLock(callId, play, request)
    .catch((error) => refusedResult(error, context));
  return { ...end, tonesPlayed, tonesMaybePlayed: maybePlayed };
}

/** Returns the result if the call has ended or the signal is aborted. */
function stopResult({ progress, signal }: DialContext): StepResult | undefined {
  const { resultInfo } = progress.status;
  if (progress.isEnded) return { outcome: "callEnded", maybePlayed: 0, ...(resultInfo && { resultInfo }) };
  return signal.aborted ? { outcome: "canceled", maybePlayed: 0 } : undefined;
}

async function pause(ms: number, context: DialContext): Promise<StepResult> {
  const { clock, progress, signal } = context;
  const sources = [progress.subscribe, onAborted(signal)];
  const end = await waitUntil(() => stopResult(context), { clock, sources, untilMs: clock.now() + ms });
  return end ?? { outcome: "completed", maybePlayed: 0 };
}

async function playTones(step: TonesStep, context: DialContext & { send: LockedSend }): Promise<StepResult> {
  const { tenantId, signal, send } = context;
  try {
    const sent = await send(step, { signal, ...(tenantId !== undefined && { tenantId }) });
    return toStepResult(step, await completionOf((how) => sent.completion(how), context));
  } catch (error) {
    if (!isDeliveryUnknown(error)) return refusedResult(error, context);
    return { ...toStepResult(step, await completionOf((how) => error.completion(how), context)), error };
  }
}

function toStepResult({ tones }: TonesStep, outcome: OperationOutcome): StepResult {
  const resultInfo = "operation" in outcome ? outcome.operation.resultInfo : undefined;
  return {
    outcome: outcome.outcome,
    maybePlayed: outcome.outcome === "completed" ? 0 : tones.length,
    ...(resultInfo && { resultInfo }),
    ...(outcome.outcome === "callEnded" && outcome.resultInfo && { resultInfo: outcome.resultInfo }),
  };
}

/** Waits for the end of an operation. When the signal aborts, stops the tones and waits for their outcome. */
async function completionOf(
  completion: (how: CompletionOptions) => Promise<OperationOutcome>,
  { signal, cancel }: DialContext,
): Promise<OperationOutcome> {
  try {
    return await completion({ signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await cancel();
  return completion({ timeoutMs: CANCEL_TIMEOUT_MS });
}

/** Returns the result of a request of which Graph executed nothing. */
function refusedResult(error: unknown, context: DialContext): StepResult {
  return stopResult(context) ?? { outcome: isCallNotFound(error) ? "callEnded" : "failed", maybePlayed: 0, error };
}
