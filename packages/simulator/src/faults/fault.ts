import type { GraphAction } from "../http/route.ts";

/** What a request can be for. */
export type Action = "token" | GraphAction;

/**
 * How an operation of sendDtmfTones ends, if not well: with this completionReason, or as `failed`, when half of its
 * tones (rounded down) have sounded; `never`, with all tones heard and nothing said; `atOnce`, with all tones heard and
 * completed in the answer already.
 */
export type SendEnding = "mediaOperationCanceled" | "unknown" | "failed" | "never" | "atOnce";

/** A request is answered with something else. */
export interface RespondFault {
  on: Action;
  /** `retryAfter` as the header is to read; a `body` that is a text is sent as HTML, anything else as JSON. */
  respond: { status: number; retryAfter?: number | string; body?: unknown };
  /** Whether what was asked for is done all the same. Default false. */
  executed?: boolean;
}

/** The connection of a request is reset. `midResponse` is after executing, with half of the answer sent. */
export interface DropFault {
  on: Action;
  drop: "beforeExecuting" | "afterExecuting" | "midResponse";
}

/** What is asked for is done at once, but the answer comes later, and does not hold notifications back. */
export interface DelayFault {
  on: Action;
  delayMs: number;
}

/** An operation ends otherwise than well. */
export interface EndingFault {
  on: "sendDtmfTones";
  complete: SendEnding;
}

/**
 * A notification goes astray: `drop`ped; sent twice; `early`, so that the answer to the request that caused it waits
 * for it; `late` by 5 s; after the next one of its call (`reorder`), or in one envelope with it (`batch`), and alone
 * after 5 s if none comes.
 */
export interface DeliveryFault {
  on: "notification";
  deliver: "drop" | "duplicate" | "early" | "late" | "reorder" | "batch";
}

/** The token of a notification is not as it should be. */
export interface TokenFault {
  on: "notification";
  token: "missing" | "expired" | "notYetValid" | "wrongAudience" | "wrongIssuer" | "noTenant" | "wrongKey" | "algNone";
}

/** A notification is written as Graph has been seen to write them. */
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

/** What befalls a request at the door. */
export type RequestFault = RespondFault | DropFault | DelayFault;
/** What befalls a notification on its way. */
export type NotificationFault = DeliveryFault | TokenFault | SpellingFault;
/** Something that is to go wrong, once. */
export type Fault = RequestFault | EndingFault | NotificationFault;

/** What is to go wrong. */
export interface Faults {
  /**
   * Lets the next request or notification that fits meet this fault; each meets one. Faults are taken in the order in
   * which they were given.
   *
   * @throws DtmfError `invalid_request` for a fault that does not exist: a misspelled one would never be missed.
   */
  next(fault: Fault): void;
  /** Forgets those that were not met. */
  clear(): void;
}
