/**
 * What the packages of graph-dtmf share among themselves. It is not part of the public interface: names and behaviour
 * change without notice and without a new major version.
 */
export { errorFields } from "./error-fields.ts";
export { ignoreErrors } from "./ignore-errors.ts";
export { isLoopback } from "./is-loopback.ts";
export { INT32_MAX, TONE_DURATION_MS } from "./limits.ts";
export { onAbort } from "./on-abort.ts";
export { isNonEmptyText, isRecord, memberOf, toInteger, toText } from "./reading.ts";
export { checkTones } from "./tone.ts";
