import type { Fault } from "@graph-dtmf/simulator";

const of = <T>(values: readonly T[], fault: (value: T) => Fault): Fault[] => values.map(fault);

/** Every fault that can affect a send, once each. */
export const FAULTS: readonly Fault[] = [
  { on: "sendDtmfTones", respond: { status: 429, retryAfter: "1.5" } },
  { on: "sendDtmfTones", respond: { status: 429, retryAfter: 3600 } },
  { on: "sendDtmfTones", respond: { status: 503, retryAfter: 2 } },
  ...of([400, 404, 408, 500, 502, 503, 504], (status) => ({ on: "sendDtmfTones", respond: { status } })),
  ...of([500, 504], (status) => ({ on: "sendDtmfTones", respond: { status }, executed: true })),
  { on: "sendDtmfTones", respond: { status: 200, body: "<html>" }, executed: true },
  { on: "sendDtmfTones", respond: { status: 302 } },
  ...of(["beforeExecuting", "afterExecuting", "midResponse"] as const, (drop) => ({ on: "sendDtmfTones", drop })),
  ...of([3_000, 45_000], (delayMs) => ({ on: "sendDtmfTones", delayMs })),
  ...of(["mediaOperationCanceled", "unknown", "failed", "never", "atOnce"] as const, (complete) => ({
    on: "sendDtmfTones",
    complete,
  })),
  ...of(["drop", "duplicate", "early", "late", "reorder", "batch"] as const, (deliver) => ({
    on: "notification",
    deliver,
  })),
  ...of(
    ["missing", "expired", "notYetValid", "wrongAudience", "wrongIssuer", "noTenant", "wrongKey", "algNone"] as const,
    (token) => ({ on: "notification", token }),
  ),
  ...of(
    [
      "pascalCase",
      "upperDashless",
      "noId",
      "noSlash",
      "appPath",
      "stringNumbers",
      "windows1252",
      "legacyFirst",
    ] as const,
    (spell) => ({ on: "notification", spell }),
  ),
  { on: "token", respond: { status: 503 } },
  { on: "token", drop: "beforeExecuting" },
];

/** A short name of a fault, for a table. */
export function nameOf(fault: Fault | undefined): string {
  if (!fault) return "none";
  const { on, ...what } = fault;
  return `${on} ${JSON.stringify(what)
    .replaceAll(/["{}]/g, "")
    .replace(/respond:status:/, "")}`;
}
