import type { FarEnd, SimulatedCall } from "./far-end.ts";
import { type PhoneMenu, parsePhoneMenu } from "./phone-menu.ts";

/** The far end: as code, as a phone menu, or a function that returns one for each call. */
export type FarEndOption = FarEnd | PhoneMenu | ((call: SimulatedCall) => FarEnd | PhoneMenu);

/** Creates the far end of a call. */
export type FarEndMaker = (call: SimulatedCall) => FarEnd;

/** Checks a menu at once, and that of a function when it is called. */
export function toFarEndMaker(option: FarEndOption = {}): FarEndMaker {
  if (typeof option === "function") return (call) => toFarEnd(option(call))();
  return toFarEnd(option);
}

/** A menu has a state for each call, so that each call needs its own far end. */
function toFarEnd(given: FarEnd | PhoneMenu): () => FarEnd {
  return "states" in given ? parsePhoneMenu(given) : () => given;
}
