/**
 * Helpers that the packages of graph-dtmf share. Not part of the public API: names and behaviour can change in any
 * version.
 */

export { isNonEmptyText, isRecord, memberOf, toInteger, toText } from "../json-value.ts";
export { checkTones } from "../tone.ts";
export { type AccessToken, AccessTokenCache } from "./access-token-cache.ts";
export { errorFields } from "./error-fields.ts";
export { ignoreErrors } from "./ignore-errors.ts";
export { isLoopback } from "./is-loopback.ts";
export { INT32_MAX, TONE_DURATION_MS } from "./limits.ts";
export { onAbort } from "./on-abort.ts";
