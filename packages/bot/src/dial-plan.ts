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

/** One step of a plan: the tones of one operation, or a pause. */
export type PlannedStep =
  | { readonly tones: SecretTones; readonly delayBetweenTonesMs?: number }
  | { readonly pauseMs: number };

/** The steps of dialing. Printing it shows no keys. */
export interface DialPlan {
  readonly steps: readonly PlannedStep[];
  /**
   * Estimated milliseconds. Assumes, without a source, that each tone takes 100 ms and that Graph adds no delay of
   * its own.
   */
  readonly durationMs: number;
}

/** Options of a dial plan. */
export interface DialPlanOptions {
  /**
   * Milliseconds between two tones without a pause between them, from 0 to the maximum of an Int32. Default: Graph's
   * own delay.
   */
  delayBetweenTonesMs?: number;
}

interface TonesStep {
  tones: Tone[];
  delayMs: number | undefined;
}
type Step = TonesStep | { pauseMs: number };
type InputStep = { tones: Tone[] } | { pauseMs: number };

/**
 * Plans how to dial with as few operations as possible. One operation plays adjacent tones, and tones with equal
 * pauses between them: Graph takes the pause as their delay.
 *
 * @throws InvalidTonesError for an invalid dial string or one without a key.
 * @throws InvalidRequestError for an invalid delay or pause.
 *
 * @example
 * planDial("1,2,3,,45#"); // 3 tones 2 s apart, a pause of 4 s, 3 tones
 */
export function planDial(input: DialInput, { delayBetweenTonesMs }: DialPlanOptions = {}): DialPlan {
  if (delayBetweenTonesMs !== undefined) checkMs("delayBetweenTonesMs", delayBetweenTonesMs);
  const steps: Step[] = [];
  for (const step of joinAdjacent(stepsOf(input))) {
    steps.push("pauseMs" in step ? step : { tones: step.tones, delayMs: delayBetweenTonesMs });
    mergeLast(steps);
  }
  if (!steps.some((step) => "tones" in step))
    throw new InvalidTonesError("expected at least one tone to dial, got none");
  return { steps: steps.map(toPlannedStep), durationMs: steps.reduce((sum, step) => sum + durationOf(step), 0) };
}

/**
 * Merges the last three steps (tones, pause, tones) into one operation if the far end receives the same keys at the
 * same times.
 */
function mergeLast(steps: Step[]): void {
  const [previous, pause, last] = steps.slice(-3);
  if (!previous || !pause || !last || !("pauseMs" in pause) || "pauseMs" in previous || "pauseMs" in last) return;
  const { pauseMs } = pause;
  if (pauseMs > INT32_MAX || !hasSameSound(previous, pauseMs) || !hasSameSound(last, pauseMs)) return;
  steps.splice(-3, 3, { tones: [...previous.tones, ...last.tones], delayMs: pauseMs });
}

/** Joins adjacent steps of the same kind. */
function joinAdjacent(steps: Iterable<InputStep>): InputStep[] {
  const list: InputStep[] = [];
  for (const step of steps) {
    const previous = list.at(-1);
    if ("pauseMs" in step) {
      if (previous && "pauseMs" in previous) previous.pauseMs += step.pauseMs;
      else list.push(step);
    } else if (step.tones.length > 0) {
      if (previous && "tones" in previous) previous.tones.push(...step.tones);
      else list.push(step);
    }
  }
  return list;
}

/** Whether the tones can have that delay between them without a change of their timing. */
function hasSameSound({ tones, delayMs }: TonesStep, delay: number | undefined): boolean {
  return tones.length === 1 || delayMs === delay;
}

function toPlannedStep(step: Step): PlannedStep {
  if ("pauseMs" in step) return step;
  const delay = step.tones.length > 1 && step.delayMs !== undefined ? { delayBetweenTonesMs: step.delayMs } : {};
  return { tones: secretTones(step.tones), ...delay };
}

function durationOf(step: Step): number {
  if ("pauseMs" in step) return step.pauseMs;
  return step.tones.length * TONE_DURATION_MS + (step.tones.length - 1) * (step.delayMs ?? 0);
}

function* stepsOf(input: DialInput): Generator<InputStep> {
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
