import type { Tone } from "@graph-dtmf/models";
import { type PhoneMenu, readPhoneMenu } from "./phone-menu.ts";
import type { SimulatedCall } from "./simulated-call.ts";

/** Whether and when the far end picks up: after so long in the call's own time, 500 ms unless told otherwise. */
export type PickUp = { afterMs: number } | "busy" | "never";

/** Somebody at the other end of a call, in code. */
export interface FarEnd {
  picksUp?: PickUp;
  /** The call is established. */
  established?(call: SimulatedCall): void;
  /** A tone was heard to its end. */
  heard?(tone: Tone, call: SimulatedCall): void;
}

/** Who is at the other end: in code, as a phone menu in data, or one of them for each call. */
export type FarEndOption = FarEnd | PhoneMenu | ((call: SimulatedCall) => FarEnd | PhoneMenu);

/** Makes a far end for each call. */
export type FarEndMaker = (call: SimulatedCall) => FarEnd;

/** Menus are checked at once, those of a function when it is called. */
export function farEndFor(option: FarEndOption = {}): FarEndMaker {
  if (typeof option === "function") return (call) => asFarEnd(option(call))();
  return asFarEnd(option);
}

/** A menu remembers where a call stands in it, so that each call needs its own. */
function asFarEnd(given: FarEnd | PhoneMenu): () => FarEnd {
  return "states" in given ? readPhoneMenu(given) : () => given;
}
