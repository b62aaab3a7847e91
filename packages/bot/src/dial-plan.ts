import {
  type DialStep,
  InvalidRequestError,
  InvalidTonesError,
  isSecretTones,
  parseDialString,
  type SecretTones,
  secretTones,
  type Tone,
} from "@graph-dtmf/models";
import { checkTones, INT32_MAX, isRecord, TONE_DURATION_MS } from "@graph-dtmf/models/internal";

/** What to dial: keys and pauses as text (`1,2#`), secret tones, or steps. */
export type DialInput = string | SecretTones | readonly (DialStep | { readonly tones: SecretTones })[];

/** One step of a plan: tones that one operation presses, or a pause. */
export type PlannedStep =
  | { readonly tones: SecretTones; readonly delayBetweenTonesMs?: number }
  | { readonly pauseMs: number };

/** What will be dialed. Printed, it shows no keys. */
export interface DialPlan {
  readonly steps: readonly PlannedStep[];
  /** How long it takes if each tone sounds for 100 ms and Graph adds no delay of its own; both are documented nowhere. */
  readonly durationMs: number;
}

/** How to dial. */
export interface DialPlanOptions {
  /** Milliseconds between two tones without a pause between them: an Int32, 0 or more. Graph's own delay unless given. */
  delayBetweenTonesMs?: number;
}

interface Press {
  tones: Tone[];
  delayMs: number | undefined;
}
type Step = Press | { pauseMs: number };
type BareStep = { tones: Tone[] } | { pauseMs: number };

/**
 * Plans how to dial with as few operations as can do it: tones side by side are one, and so are tones that all have the
 * same pause between them, for Graph keeps it as their delay.
 *
 * @throws InvalidTonesError for what is no dial string or presses no key; InvalidRequestError for a delay or pause that is none.
 *
 * @example
 * planDial("1,2,3,,45#"); // 3 tones 2 s apart, a pause of 4 s, 3 tones
 */
export function planDial(input: DialInput, { delayBetweenTonesMs }: DialPlanOptions = {}): DialPlan {
  if (delayBetweenTonesMs !== undefined) checkMs("delayBetweenTonesMs", delayBetweenTonesMs);
  const steps: Step[] = [];
  for (const step of joined(stepsOf(input))) {
    steps.push("pauseMs" in step ? step : { tones: step.tones, delayMs: delayBetweenTonesMs });
    fold(steps);
  }
  if (!steps.some((step) => "tones" in step))
    throw new InvalidTonesError("expected at least one tone to dial, got none");
  return { steps: steps.map(planned), durationMs: steps.reduce((sum, step) => sum + durationOf(step), 0) };
}

/** Makes one of the last tones, the pause before them and the tones before that, if that changes nothing of what is heard. */
function fold(steps: Step[]): void {
  const [before, pause, last] = steps.slice(-3);
  if (!before || !pause || !last || !("pauseMs" in pause) || "pauseMs" in before || "pauseMs" in last) return;
  const { pauseMs } = pause;
  if (pauseMs > INT32_MAX || !keeps(before, pauseMs) || !keeps(last, pauseMs)) return;
  steps.splice(-3, 3, { tones: [...before.tones, ...last.tones], delayMs: pauseMs });
}

/** With nothing of the same kind side by side. */
function joined(steps: Iterable<BareStep>): BareStep[] {
  const list: BareStep[] = [];
  for (const step of steps) {
    const before = list.at(-1);
    if ("pauseMs" in step) {
      if (before && "pauseMs" in before) before.pauseMs += step.pauseMs;
      else list.push(step);
    } else if (step.tones.length > 0) {
      if (before && "tones" in before) before.tones.push(...step.tones);
      else list.push(step);
    }
  }
  return list;
}

/** Whether its tones sound the same with that delay between them. */
function keeps({ tones, delayMs }: Press, delay: number | undefined): boolean {
  return tones.length === 1 || delayMs === delay;
}

function planned(step: Step): PlannedStep {
  if ("pauseMs" in step) return step;
  const delay = step.tones.length > 1 && step.delayMs !== undefined ? { delayBetweenTonesMs: step.delayMs } : {};
  return { tones: secretTones(step.tones), ...delay };
}

function durationOf(step: Step): number {
  if ("pauseMs" in step) return step.pauseMs;
  return step.tones.length * TONE_DURATION_MS + (step.tones.length - 1) * (step.delayMs ?? 0);
}

function* stepsOf(input: DialInput): Generator<BareStep> {
  if (isSecretTones(input)) return yield { tones: [...input.reveal()] };
  const steps = typeof input === "string" ? parseDialString(input) : input;
  if (!Array.isArray(steps)) throw new InvalidTonesError("expected keys, secret tones or steps to dial");
  for (const step of steps as readonly unknown[]) {
    if (isRecord(step) && step.pauseMs !== undefined) yield { pauseMs: checkMs("pauseMs", step.pauseMs) };
    else {
      const tones = isRecord(step) ? step.tones : undefined;
      yield { tones: [...checkTones(isSecretTones(tones) ? tones.reveal() : tones)] };
    }
  }
}

function checkMs(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= INT32_MAX) return value;
  throw new InvalidRequestError(`${name} must be a whole number of milliseconds from 0 to ${INT32_MAX}`);
}
