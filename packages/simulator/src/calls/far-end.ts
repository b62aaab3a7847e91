import type { CallState, ResultInfo, Tone } from "@graph-dtmf/models";

/** Whether and when the far end picks up: after this time of the call, 500 ms by default. */
export type PickUp = { afterMs: number } | "busy" | "never";

/** A far end as code. */
export interface FarEnd {
  picksUp?: PickUp;
  /** Called when the call is established. */
  established?(call: SimulatedCall): void;
  /** Called at the end of each tone. */
  heard?(tone: Tone, call: SimulatedCall): void;
}

/** A call from the point of view of its far end, which receives the tones. */
export interface SimulatedCall {
  readonly id: string;
  readonly state: CallState;
  /** The called parties, as in the bot's request. */
  readonly targets: readonly Readonly<Record<string, unknown>>[];
  /** The tones that the far end has received so far, in order. */
  readonly heard: Tone[];
  /**
   * Presses keys one after the other, 100 ms each. The bot is notified if it has subscribed to tones.
   *
   * @throws InvalidTonesError for invalid keys; DtmfError `invalid_request` in a call that is not established.
   */
  press(keys: string): void;
  /** Hangs up. Default: code 200, subcode 4521, as when the other party ends a one-to-one call. */
  hangUp(resultInfo?: ResultInfo): void;
}
