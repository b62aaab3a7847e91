import { describe, expect, it } from "vitest";
import { explanationOf } from "./result-codes.ts";
import { explainResultInfo } from "./result-info.ts";

type Row = readonly [code: number, subcode: number, words: RegExp];

/** Graph v1.0, call: delete, "Call end reason codes": each ends the call. */
const DOCUMENTED_CALL_ENDS: readonly Row[] = [
  [200, 4097, /another participant ended/i],
  [200, 4521, /other party ended the one-to-one/i],
  [200, 5000, /removed/],
  [200, 5001, /conversation has ended/],
  [200, 5002, /all other participants have left/i],
  [200, 5003, /conversation has ended/],
  [200, 5007, /initiator of the call has left/],
  [200, 5010, /only one participant/i],
  [200, 5012, /no participant is left/i],
  [200, 5013, /no participant joined/i],
  [200, 5014, /no host/i],
  [200, 5020, /no participant is left/i],
  [200, 5030, /breakout/],
  [200, 5300, /removed/],
  [200, 5855, /lobby/],
  [200, 7000, /the bot ended/i],
  [200, 7015, /transferred/],
  [200, 10550, /the bot ended/i],
  [200, 18503, /other party left the one-to-one/],
  [200, 540000, /telephone hung up/],
  [200, 560000, /telephone hung up/],
  [408, 8537, /keepAlive/],
  [408, 1106, /never acknowledged/],
  [408, 10057, /did not answer the signalling/],
  [410, 301005, /media connection/],
  [480, 10037, /no device/],
  [480, 10076, /could not be reached/],
  [480, 10134, /no route/],
  [480, 10199, /private calling is disabled/i],
  [500, 1005, /bot's media connection/],
];

/** From a documented notification of a transfer: a success with code 0. */
const TRANSFERRED: Row = [0, 7015, /transferred/];

/** Ends of calls that developers have reported. */
const REPORTED_CALL_ENDS: readonly Row[] = [
  [500, 7106, /internal error/],
  [500, 3003, /internal error/],
  [500, 3002, /internal error/],
  [408, 13025, /timed out/],
  [500, 560500, /telephone network/],
  [400, 8541, /could not be reached/],
];

/** Ends of operations: the call may continue. */
const OPERATION_ENDS: readonly Row[] = [
  [200, 0, /completed/],
  [200, 8515, /longest permitted duration/],
  [400, 8508, /canceled/],
  [500, 1000, /transfer failed/],
  [500, 7000, /transfer failed/],
  [500, 7700, /transfer failed/],
  [500, 0, /adding a participant/],
  [412, 9999, /telephone number could not be invited/],
  [403, 10151, /telephone number could not be invited/],
  [500, 7112, /could not be added/],
];

const CALL_ENDS = [...DOCUMENTED_CALL_ENDS, TRANSFERRED, ...REPORTED_CALL_ENDS];

describe("the explanation of a result", () => {
  it.each([...CALL_ENDS, ...OPERATION_ENDS])("explains %d/%d", (code, subcode, words) => {
    expect(explainResultInfo({ code, subcode }).reason).toMatch(words);
  });

  it.each(CALL_ENDS)("ends the call for %d/%d", (code, subcode) => {
    expect(explainResultInfo({ code, subcode }).endsCall).toBe(true);
  });

  it.each(OPERATION_ENDS)("does not end the call for %d/%d", (code, subcode) => {
    expect(explainResultInfo({ code, subcode }).endsCall).toBe(false);
  });

  it.each([
    [480, 10134],
    [480, 10199],
    [400, 8508],
    [403, 10151],
    [412, 9999],
    [200, 7000],
    [408, 8537],
  ])("advises against a retry after %d/%d", (code, subcode) => {
    expect(explainResultInfo({ code, subcode }).retryable).toBe(false);
  });

  it.each([
    [480, 10076],
    [480, 10037],
    [408, 10057],
    [410, 301005],
    [500, 1005],
    [500, 7106],
    [500, 1000],
  ])("advises a retry after %d/%d", (code, subcode) => {
    expect(explainResultInfo({ code, subcode }).retryable).toBe(true);
  });

  it("is one sentence", () => {
    const reasons = [...CALL_ENDS, ...OPERATION_ENDS].map(([code, subcode]) => explainResultInfo({ code, subcode }));
    expect(reasons.filter(({ reason }) => !/^[A-Z][^.]*\.$/.test(reason))).toEqual([]);
  });
});

describe("explanationOf", () => {
  it("finds subcode 7112 under any code", () => {
    expect(explanationOf(580, 7112)).toBe(explanationOf(500, 7112));
  });

  it.each([
    [Number.NaN, Number.NaN],
    [999, 999],
    [200, 7112.5],
  ])("finds nothing for %d/%d", (code, subcode) => {
    expect(explanationOf(code, subcode)).toBeUndefined();
  });

  it("ignores the members that every object has", () => {
    expect(explanationOf("constructor" as unknown as number, "" as unknown as number)).toBeUndefined();
  });
});
