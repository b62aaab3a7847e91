import { DtmfError, parseTones } from "@graph-dtmf/models";
import type { CallSession } from "./call-session.ts";
import type { SimulatedCall } from "./far-end.ts";
import { playTones } from "./play-tones.ts";

/** Creates the far end's view of a call. */
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
          playTones(call.clock, {
            tones,
            delayBetweenTonesMs: 0,
            onTone: (tone) => call.pressTone(tone),
            onFinished: finished,
          }),
        canceled() {},
      });
    },
    hangUp: (resultInfo = { code: 200, subcode: 4521, message: "The call was ended by the other party." }) =>
      call.end(resultInfo),
  };
}
