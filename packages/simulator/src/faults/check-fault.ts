import { DtmfError } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import { GRAPH_ACTIONS } from "../http/route.ts";
import { boolean, type Check, count, enumOf, nullable, object } from "../schema/checks.ts";
import { anything } from "../schema/graph-types.ts";
import type { Fault } from "./fault.ts";

const status: Check = (value, path) =>
  typeof value === "number" && Number.isInteger(value) && value >= 200 && value <= 599
    ? undefined
    : `${path} must be an HTTP status from 200 to 599.`;
/** Tests may send an invalid Retry-After, but the value must be allowed in a header. */
const retryAfter: Check = (value, path) =>
  typeof value === "number" || (typeof value === "string" && /^[\x20-\x7e]*$/.test(value))
    ? undefined
    : `${path} must be a number or printable ASCII text.`;
const action = enumOf(["token", ...GRAPH_ACTIONS]);
const notification = enumOf(["notification"]);

/** The schema of each kind of fault, by the member that only this kind has. */
const SCHEMAS: Readonly<Record<string, Check>> = {
  respond: object({
    properties: {
      on: action,
      respond: object({ properties: { status, retryAfter: nullable(retryAfter), body: anything } }),
      executed: nullable(boolean),
    },
  }),
  drop: object({ properties: { on: action, drop: enumOf(["beforeExecuting", "afterExecuting", "midResponse"]) } }),
  delayMs: object({ properties: { on: action, delayMs: count } }),
  complete: object({
    properties: {
      on: enumOf(["sendDtmfTones"]),
      complete: enumOf(["mediaOperationCanceled", "unknown", "failed", "never", "atOnce"]),
    },
  }),
  deliver: object({
    properties: { on: notification, deliver: enumOf(["drop", "duplicate", "early", "late", "reorder", "batch"]) },
  }),
  token: object({
    properties: {
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
    properties: {
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

/**
 * Returns the fault if it is valid.
 *
 * @throws DtmfError `invalid_request`
 */
export function checkFault(fault: unknown): Fault {
  const kind = isRecord(fault) ? Object.keys(SCHEMAS).find((name) => name in fault) : undefined;
  const problem =
    kind === undefined
      ? `expected one of the properties ${Object.keys(SCHEMAS).join(", ")}.`
      : SCHEMAS[kind]?.(fault, "");
  if (problem !== undefined) throw new DtmfError("invalid_request", `no such fault: ${problem}`);
  return fault as Fault;
}
