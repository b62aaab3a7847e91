import type { FarEnd, SimulatedCall } from "./far-end.ts";
import { type PhoneMenu, parsePhoneMenu } from "./phone-menu.ts";

/** The far end: as code, as a phone menu, or a function that returns one for each call. */
export type FarEndOption = FarEnd | PhoneMenu | ((call: SimulatedCall) => FarEnd | PhoneMenu);

/** Creates the far end of a call. */
export type FarEndFactory = (call: SimulatedCall) => FarEnd;

/** Checks a menu at once, and that of a function when it is called. */
export function toFarEndFactory(option: FarEndOption = {}): FarEndFactory {
  if (typeof option === "function") return (call) => toFarEnd(option(call))();
  return toFarEnd(option);
}

/** A menu has a state for each call, so that each call needs its own far end. */
function toFarEnd(farEnd: FarEnd | PhoneMenu): () => FarEnd {
  return "states" in farEnd ? parsePhoneMenu(farEnd) : () => farEnd;
}
