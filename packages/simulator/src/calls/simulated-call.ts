import { type CallState, DtmfError, parseTones, type ResultInfo, type Tone } from "@graph-dtmf/models";
import type { CallSession } from "./call-session.ts";
import { playTones } from "./play-tones.ts";

/** A call, seen from its far end: from where the tones are heard. */
export interface SimulatedCall {
  readonly id: string;
  readonly state: CallState;
  /** Who is called, as the bot named them. */
  readonly targets: readonly Readonly<Record<string, unknown>>[];
  /** The tones that the far end has heard so far, in order. */
  readonly heard: Tone[];
  /**
   * Presses keys, one behind the other, 100 ms each. The bot is told of them if it has subscribed to tones.
   *
   * @throws InvalidTonesError for what is no key; DtmfError `invalid_request` in a call that is not established.
   */
  press(keys: string): void;
  /** Hangs up. Default: code 200, subcode 4521, as when the other party of a call between two ends it. */
  hangUp(resultInfo?: ResultInfo): void;
}

/** The far end's view of a call. */
export function createFarEndView(call: CallSession): SimulatedCall {
  return {
    id: call.id,
    targets: call.targets,
    get state() {
      return call.state;
    },
    get heard() {
      return [...call.heard];
    },
    press(keys) {
      const tones = parseTones(keys);
      if (call.state !== "established") {
        throw new DtmfError("invalid_request", `keys are pressed in an established call; this one is ${call.state}`);
      }
      call.keys.add({
        start: (finished) =>
          playTones(call.clock, { tones, delayBetweenTonesMs: 0, heard: (tone) => call.tonePressed(tone), finished }),
        canceled() {},
      });
    },
    hangUp: (resultInfo = { code: 200, subcode: 4521, message: "The call was ended by the other party." }) =>
      call.end(resultInfo),
  };
}
