export type { Clock, Timer } from "../clock.ts";
export { createManualClock, type ManualClock } from "./manual-clock.ts";
