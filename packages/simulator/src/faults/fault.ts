import type { GraphAction } from "../http/route.ts";

/** The request that a fault applies to: a token request, or one of Graph's actions. */
export type Action = "token" | GraphAction;

/**
 * How a sendDtmfTones operation ends.
 *
 * - `mediaOperationCanceled`, `unknown`: completed with this completionReason after half of the tones (rounded down).
 * - `failed`: failed after half of the tones (rounded down).
 * - `never`: the far end receives all tones, and no notification follows.
 * - `atOnce`: the far end receives all tones, and the response already reports the operation as completed.
 */
export type SendEnding = "mediaOperationCanceled" | "unknown" | "failed" | "never" | "atOnce";

/** Replaces the response to a request. */
export interface RespondFault {
  on: Action;
  /** `retryAfter` is the value of the Retry-After header. A string `body` is sent as HTML, any other as JSON. */
  respond: { status: number; retryAfter?: number | string; body?: unknown };
  /** Whether the request is executed all the same. Default false. */
  executed?: boolean;
}

/** Resets the connection of a request. `midResponse` executes the request and sends half of the response. */
export interface DropFault {
  on: Action;
  drop: "beforeExecuting" | "afterExecuting" | "midResponse";
}

/** Executes a request at once and delays its response. Notifications are not delayed. */
export interface DelayFault {
  on: Action;
  delayMs: number;
}

/** Changes how a sendDtmfTones operation ends. */
export interface EndingFault {
  on: "sendDtmfTones";
  complete: SendEnding;
}

/**
 * Changes when and how often a notification is delivered.
 *
 * - `drop`: it is not delivered.
 * - `duplicate`: it is delivered twice.
 * - `early`: it is delivered before the response to the request that caused it.
 * - `late`: it is delivered 5 s late.
 * - `reorder`: it is delivered after the next notification of its call.
 * - `batch`: it is delivered in one envelope with the next notification of its call.
 *
 * `reorder` and `batch` deliver it alone after 5 s if no other follows.
 */
export interface DeliveryFault {
  on: "notification";
  deliver: "drop" | "duplicate" | "early" | "late" | "reorder" | "batch";
}

/** Sends a notification with an invalid token, or without one. */
export interface TokenFault {
  on: "notification";
  token: "missing" | "expired" | "notYetValid" | "wrongAudience" | "wrongIssuer" | "noTenant" | "wrongKey" | "algNone";
}

/**
 * Writes a notification in another form that Graph has been seen to use.
 *
 * - `pascalCase`: the names of types and the members of enums begin with a capital letter.
 * - `upperDashless`: the ids in `resourceUrl` are in upper case and without dashes.
 * - `noId`: `resourceData` has no `id`.
 * - `noSlash`: `resourceUrl` does not begin with a slash.
 * - `appPath`: the property is named `resource` instead of `resourceUrl`, and has the deprecated path `/app/calls`.
 * - `stringNumbers`: numbers are strings.
 * - `windows1252`: the body is in Windows-1252 instead of UTF-8.
 * - `legacyFirst`: it is sent in the protocol that preceded Graph, and in Graph's only if the bot responds 204.
 */
export interface SpellingFault {
  on: "notification";
  spell:
    | "pascalCase"
    | "upperDashless"
    | "noId"
    | "noSlash"
    | "appPath"
    | "stringNumbers"
    | "windows1252"
    | "legacyFirst";
}

/** A fault of a request or of its response. */
export type RequestFault = RespondFault | DropFault | DelayFault;
/** A fault of a notification. */
export type NotificationFault = DeliveryFault | TokenFault | SpellingFault;
/** A fault that the simulator applies once. */
export type Fault = RequestFault | EndingFault | NotificationFault;

/** Adds and removes faults that the simulator applies. */
export interface Faults {
  /**
   * Applies a fault to the next request or notification that matches it. Each request and notification takes at most
   * one fault, in the order in which they were added.
   *
   * @throws DtmfError `invalid_request` for an unknown fault. Without this check a misspelled fault would never apply.
   */
  next(fault: Fault): void;
  /** Removes the faults that were not applied yet. */
  clear(): void;
}
