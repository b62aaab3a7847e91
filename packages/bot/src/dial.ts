import type { DtmfClient, HeldSend } from "@graph-dtmf/client";
import type { Clock, CompletionOptions, OperationOutcome, ResultInfo } from "@graph-dtmf/models";
import type { CallLife } from "./call-life.ts";
import type { DialPlan, PlannedStep } from "./dial-plan.ts";
import { isDeliveryUnknown, isGone } from "./errors.ts";
import { aborts, waitUntil } from "./watch.ts";

/** How dialing ended. What the far end heard lies between `tonesPlayed` and the sum of both counts. */
export interface DialResult {
  /** `completed` if the whole plan was played. */
  outcome: OperationOutcome["outcome"];
  /** Tones that Graph says it has played. */
  tonesPlayed: number;
  /** Tones besides them that may have been played, or some of them. */
  tonesMaybePlayed: number;
  /** What Graph said of the operation, or of the call, that ended it. */
  resultInfo?: ResultInfo;
  /** Why nothing more was sent: Graph refused, or could not be reached. */
  error?: unknown;
}

/** What dialing needs of its call. */
export interface DialTools {
  callId: string;
  tenantId: string | undefined;
  life: CallLife;
  dtmf: Pick<DtmfClient, "withCallLock">;
  clock: Clock;
  /** Aborted when the caller or the bot gives up. */
  signal: AbortSignal;
  /** Stops what is played in the call. */
  cancel(): Promise<void>;
}

/** How long it may take until it is this plan's turn in the call's queue: other plans may take their time. */
const QUEUE_MS = 10 * 60_000;
/** How long to wait for Graph to say how tones ended that were stopped. */
const STOPPED_MS = 5_000;

type Press = Extract<PlannedStep, { tones: unknown }>;
/** How one step ended. */
type StepEnd = Pick<DialResult, "outcome" | "resultInfo" | "error"> & { maybePlayed: number };

/** Plays the plan, and holds the call's queue all the while. It ends with the first step that is not completed. */
export async function dial(plan: DialPlan, tools: DialTools): Promise<DialResult> {
  const { callId, tenantId, dtmf, signal } = tools;
  const request = { timeoutMs: QUEUE_MS, signal, ...(tenantId !== undefined && { tenantId }) };
  let tonesPlayed = 0;
  const play = async (send: HeldSend): Promise<StepEnd> => {
    for (const step of plan.steps) {
      const end =
        stopped(tools) ??
        ("pauseMs" in step ? await pause(step.pauseMs, tools) : await press(step, { ...tools, send }));
      if (end.outcome !== "completed") return end;
      if ("tones" in step) tonesPlayed += step.tones.length;
    }
    return { outcome: "completed", maybePlayed: 0 };
  };
  const { maybePlayed, ...end } = await dtmf
    .withCallLock(callId, play, request)
    .catch((error) => refused(error, tools));
  return { ...end, tonesPlayed, tonesMaybePlayed: maybePlayed };
}

/** Whether there is a reason not to go on. */
function stopped({ life, signal }: DialTools): StepEnd | undefined {
  const { resultInfo } = life.status;
  if (life.isOver) return { outcome: "callEnded", maybePlayed: 0, ...(resultInfo && { resultInfo }) };
  return signal.aborted ? { outcome: "canceled", maybePlayed: 0 } : undefined;
}

async function pause(ms: number, tools: DialTools): Promise<StepEnd> {
  const { clock, life, signal } = tools;
  const watch = [life.watch, aborts(signal)];
  const end = await waitUntil(() => stopped(tools), { clock, watch, untilMs: clock.now() + ms });
  return end ?? { outcome: "completed", maybePlayed: 0 };
}

async function press(step: Press, tools: DialTools & { send: HeldSend }): Promise<StepEnd> {
  const { tenantId, signal, send } = tools;
  try {
    const sent = await send(step, { signal, ...(tenantId !== undefined && { tenantId }) });
    return toEnd(step, await completionOf((how) => sent.completion(how), tools));
  } catch (error) {
    if (!isDeliveryUnknown(error)) return refused(error, tools);
    return { ...toEnd(step, await completionOf((how) => error.completion(how), tools)), error };
  }
}

function toEnd({ tones }: Press, outcome: OperationOutcome): StepEnd {
  const resultInfo = "operation" in outcome ? outcome.operation.resultInfo : undefined;
  return {
    outcome: outcome.outcome,
    maybePlayed: outcome.outcome === "completed" ? 0 : tones.length,
    ...(resultInfo && { resultInfo }),
    ...(outcome.outcome === "callEnded" && outcome.resultInfo && { resultInfo: outcome.resultInfo }),
  };
}

/** Waits for the end of an operation. Where the caller gives up, what still plays is stopped first. */
async function completionOf(
  completion: (how: CompletionOptions) => Promise<OperationOutcome>,
  { signal, cancel }: DialTools,
): Promise<OperationOutcome> {
  try {
    return await completion({ signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await cancel();
  return completion({ timeoutMs: STOPPED_MS });
}

/** Nothing was executed of what was asked last. */
function refused(error: unknown, tools: DialTools): StepEnd {
  return stopped(tools) ?? { outcome: isGone(error) ? "callEnded" : "failed", maybePlayed: 0, error };
}
