import { describe, expect, it } from "vitest";
import { DeliveryUnknownError, GraphRequestError } from "./errors.ts";
import { explainGraphError, explainUnknownDelivery } from "./explain-graph-error.ts";
import { parseGraphError } from "./parse-graph-error.ts";

/** The text of the explanation. */
function explained(status: number, error: unknown): string {
  const { reason, advice } = new GraphRequestError(parseGraphError({ phase: "answered", status, body: { error } }, 0))
    .explanation;
  return `${reason} ${advice}`;
}

describe("a refusal is explained", () => {
  it.each<[number, unknown, RegExp]>([
    [403, { code: "UnknownError", message: '{"errorCode":"7503","message":"Not registered."}' }, /Azure bot/],
    [403, { code: "7504", message: "Insufficient enterprise tenant permissions" }, /administrator/],
    [403, { code: "7505", message: "mismatch" }, /another tenant.*tenantId/],
    [404, { code: "8522", message: "Call not found." }, /no such call.*15 seconds/],
    [400, { code: "9999", message: "Encountered Exception" }, /failed internally.*hosted by the service/],
    [403, { code: 7504 }, /administrator/],
  ])("by its code: %i, %j", (status, error, text) => {
    expect(explained(status, error)).toMatch(text);
  });

  it.each<[string, RegExp]>([
    ["Application reached the monthly call creation limit.", /10,000.*next month/],
    ["Request authorization tenant mismatch.", /another tenant/],
  ])("by its text if it has no code of its own: %s", (message, text) => {
    expect(explained(403, { code: "Forbidden", message })).toMatch(text);
  });

  it.each([
    [302, /elsewhere.*baseUrl/],
    [400, /established/],
    [401, /token.*secret/],
    [403, /permissions/],
    [404, /over/],
    [418, /Read Graph's code/],
    [429, /retryAfterMs/],
    [503, /retryAfterMs/],
    [500, /support/],
  ])("otherwise by its status: %i", (status, text) => {
    expect(explained(status, undefined)).toMatch(text);
  });

  it("by its innermost code in the table", () => {
    expect(
      explainGraphError({ status: 403, graphCodes: ["7504", "8522", "constructor"], message: "" }).reason,
    ).toContain("no such call");
  });
});

describe("an unknown delivery is explained", () => {
  it("with the advice not to send the request again", () => {
    for (const graphCodes of [[], ["9999"], ["whatever"]]) {
      const { advice } = new DeliveryUnknownError({ clientRequestId: "id", graphCodes }).explanation;
      expect(advice).toMatch(/^Do not send it again/);
    }
    expect(explainUnknownDelivery(["9999"]).reason).toContain("failed internally");
  });
});
