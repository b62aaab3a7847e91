import { DtmfError } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import { GRAPH_ACTIONS } from "../http/route.ts";
import { boolean, type Check, count, enumOf, nullable, object } from "../schema/checks.ts";
import { anything } from "../schema/graph-types.ts";
import type { Fault } from "./fault.ts";

const status: Check = (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 200 && value <= 599 ? undefined : "no HTTP status";
/** Wrong ones are what a test may want to send; but they must fit into a header. */
const retryAfter: Check = (value) =>
  typeof value === "number" || (typeof value === "string" && /^[\x20-\x7e]*$/.test(value))
    ? undefined
    : "no text for a header";
const action = enumOf(["token", ...GRAPH_ACTIONS]);
const notification = enumOf(["notification"]);

/** What each kind of fault looks like, by the member that tells it. */
const KINDS: Readonly<Record<string, Check>> = {
  respond: object({
    members: {
      on: action,
      respond: object({ members: { status, retryAfter: nullable(retryAfter), body: anything } }),
      executed: nullable(boolean),
    },
  }),
  drop: object({ members: { on: action, drop: enumOf(["beforeExecuting", "afterExecuting", "midResponse"]) } }),
  delayMs: object({ members: { on: action, delayMs: count } }),
  complete: object({
    members: {
      on: enumOf(["sendDtmfTones"]),
      complete: enumOf(["mediaOperationCanceled", "unknown", "failed", "never", "atOnce"]),
    },
  }),
  deliver: object({
    members: { on: notification, deliver: enumOf(["drop", "duplicate", "early", "late", "reorder", "batch"]) },
  }),
  token: object({
    members: {
      on: notification,
      token: enumOf([
        "missing",
        "expired",
        "notYetValid",
        "wrongAudience",
        "wrongIssuer",
        "noTenant",
        "wrongKey",
        "algNone",
      ]),
    },
  }),
  spell: object({
    members: {
      on: notification,
      spell: enumOf([
        "pascalCase",
        "upperDashless",
        "noId",
        "noSlash",
        "appPath",
        "stringNumbers",
        "windows1252",
        "legacyFirst",
      ]),
    },
  }),
};

/** @throws DtmfError `invalid_request` if there is no such fault. */
export function checkFault(fault: unknown): Fault {
  const kind = isRecord(fault) ? Object.keys(KINDS).find((name) => name in fault) : undefined;
  const problem = kind === undefined ? "it says nothing of what is to go wrong" : KINDS[kind]?.(fault, "");
  if (problem !== undefined) throw new DtmfError("invalid_request", `no such fault: ${problem}`);
  return fault as Fault;
}
