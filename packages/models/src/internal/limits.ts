/** How long Graph plays one tone, in milliseconds. An assumption: no documentation states it. */
export const TONE_DURATION_MS = 100;

/** The largest value of an Int32, the type of `delayBetweenTonesMs` in Graph's schema. */
export const INT32_MAX: number = 2 ** 31 - 1;
