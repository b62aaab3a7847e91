import { TONES } from "@graph-dtmf/models";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { GraphRequestErrorDetails } from "./errors.ts";
import { parseGraphError } from "./parse-graph-error.ts";

const NOW_MS = 1_700_000_000_000;
const ID = "174faca9-a730-540a-881b-5121b8049f1d";
const OTHER_ID = "94fb3b52-452a-4535-a601-69e0a90e3aa2";

function refused(
  body: unknown,
  { status = 400, headers = {} as Record<string, string> } = {},
): GraphRequestErrorDetails {
  return parseGraphError({ phase: "answered", status, headers, body }, NOW_MS);
}

/** Nests a JSON error in the message of another, that many times. */
function hidden(error: object, times: number): object {
  return times === 0 ? error : hidden({ code: "UnknownError", message: JSON.stringify(error) }, times - 1);
}

describe("an error of Graph", () => {
  it("has its code, its text, and the ids for Microsoft support", () => {
    const innerError = { "request-id": ID, date: "2020-07-19T20:26:22", "client-request-id": OTHER_ID };
    expect(refused({ error: { code: "8522", message: "Call not found.", innerError } }, { status: 404 })).toEqual({
      status: 404,
      message: "Graph refused the request (404, code 8522): Call not found.",
      graphCode: "8522",
      graphCodes: ["8522"],
      requestId: ID,
      clientRequestId: OTHER_ID,
      retryable: false,
    });
  });

  it.each([
    ["a string", "8522", "8522"],
    ["a number", 8522, "8522"],
    ["0", 0, "0"],
    ["a word", "InvalidAuthenticationToken", "InvalidAuthenticationToken"],
  ])("has a code that is %s", (_, code, graphCode) => {
    expect(refused({ error: { code, message: "" } })).toMatchObject({ graphCode, graphCodes: [graphCode] });
  });

  it.each([null, undefined, "", true, {}, ["8522"]])("has no code if Graph sends none: %j", (code) => {
    const refusal = refused({ error: { code, message: "No." } });
    expect(refusal).toEqual({
      status: 400,
      message: "Graph refused the request (400): No.",
      graphCodes: [],
      retryable: false,
    });
  });

  it("is read without its envelope, and under its other names", () => {
    expect(refused({ errorCode: "7503", message: "Not allowed." })).toMatchObject({ graphCode: "7503" });
    expect(refused({ error: { code: "x", innererror: { "request-id": ID } } })).toMatchObject({ requestId: ID });
    expect(refused({ error: { code: "x", innerError: { requestId: ID } } })).toMatchObject({ requestId: ID });
  });
});

describe("an error nested in a message", () => {
  it("is read, and its code is preferred to UnknownError", () => {
    const refusal = refused({
      error: { code: "UnknownError", message: '{"errorCode":"7503","message":"Application is not registered."}' },
    });
    expect(refusal).toMatchObject({
      message: "Graph refused the request (400, code 7503): Application is not registered.",
      graphCode: "7503",
      graphCodes: ["UnknownError", "7503"],
    });
  });

  it("without a code leaves the outer code", () => {
    const message = JSON.stringify({ message: "No HTTP resource was found that matches the request URI." });
    expect(refused({ error: { code: "UnknownError", message } })).toMatchObject({
      message: expect.stringMatching(/\(400, code UnknownError\): No HTTP resource was found/),
      graphCode: "UnknownError",
    });
  });

  it("does not replace a specific code by a generic one", () => {
    const message = JSON.stringify({ code: "BadRequest", message: "No." });
    expect(refused({ error: { code: "8522", message } })).toMatchObject({
      graphCode: "8522",
      graphCodes: ["8522", "BadRequest"],
    });
  });

  it("is read down to three levels", () => {
    expect(refused({ error: hidden({ code: "deep" }, 3) })).toMatchObject({ graphCode: "deep" });
    const buried = refused({ error: hidden({ code: "deep", message: "deep down" }, 4) });
    expect(buried.graphCodes).toEqual(Array(4).fill("UnknownError"));
    expect(buried.message).not.toContain("deep");
  });

  it("does not replace the outer ids", () => {
    const inner = JSON.stringify({ code: "x", innerError: { "request-id": OTHER_ID, "client-request-id": OTHER_ID } });
    const error = { code: "UnknownError", message: inner, innerError: { "request-id": ID } };
    expect(refused({ error })).toMatchObject({ requestId: ID, clientRequestId: OTHER_ID });
  });

  it.each(['{"code":', "{ not JSON }", "[]", '["code"]', "null", "7503", "{}"])(
    "that is not an object is text, or ignored: %j",
    (message) => {
      expect(refused({ error: { code: "x", message } }).graphCodes).toEqual(["x"]);
    },
  );
});

describe("a body that is not an error", () => {
  it.each([
    ["no body", undefined],
    ["null", null],
    ["an empty string", ""],
    ["an HTML page", "<html><body>code: 8522</body></html>"],
    ["a number", 8522],
    ["a list", [{ error: { code: "8522" } }]],
    ["null as error", { error: null }],
    ["a string as error", { error: "8522" }],
    ["a list as error", { error: [{ code: "8522" }] }],
    ["an empty object", {}],
    ["an object as message", { error: { message: { code: "8522" } } }],
  ])("gives the status only: %s", (_, body) => {
    expect(refused(body, { status: 403 })).toEqual({
      status: 403,
      message: "Graph refused the request (403)",
      graphCodes: [],
      retryable: false,
    });
  });
});

describe("headers", () => {
  it("contain the ids, and take precedence over the body", () => {
    const headers = { "request-id": ID, "client-request-id": ID };
    const innerError = { "request-id": OTHER_ID, "client-request-id": OTHER_ID };
    expect(refused({ error: { innerError } }, { headers })).toMatchObject({ requestId: ID, clientRequestId: ID });
    expect(refused(undefined, { headers })).toMatchObject({ requestId: ID, clientRequestId: ID });
  });

  it("contain the delay", () => {
    const retryAfterMs = (value: string): number | undefined =>
      refused({}, { headers: { "retry-after": value } }).retryAfterMs;
    expect(retryAfterMs("2.128")).toBe(2_128);
    expect(retryAfterMs(new Date(NOW_MS + 5_000).toUTCString())).toBe(5_000);
    expect(retryAfterMs("soon")).toBeUndefined();
    expect(refused({})).not.toHaveProperty("retryAfterMs");
  });

  it("may be missing", () => {
    expect(parseGraphError({ phase: "answered", status: 400 }, NOW_MS)).toMatchObject({ status: 400 });
  });
});

describe("retryable", () => {
  it.each([
    [400, false],
    [401, false],
    [404, false],
    [409, false],
    [429, true],
    [503, true],
    [307, false],
  ])("of %i is %s", (status, retryable) => {
    expect(refused({}, { status }).retryable).toBe(retryable);
  });
});

describe("tones in Graph's texts", () => {
  /** All texts of a parsed error. */
  const printedTexts = (error: object, headers = {}): string => JSON.stringify(refused({ error }, { headers }));

  it.each([
    ["in a text", { message: "The value 'tone4' is not valid." }, "The value '[tone]' is not valid."],
    ["as a list", { message: "[tone4,tone7, star,pound]" }, "[[tone],[tone], [tone],[tone]]"],
    ["in any letter case", { message: "TONE4 and Star and FLASH" }, "[tone] and [tone] and [tone]"],
    ["joined", { message: "tone4tone7_tone1" }, "[tone][tone]_[tone]"],
    ["letters between quotes", { message: `Cannot convert "a" and 'b'` }, `Cannot convert "[tone]" and '[tone]'`],
    ["letters between escaped quotes", { message: '\\"a\\",\\"d\\"' }, '\\"[tone]\\",\\"[tone]\\"'],
    ["letters in a list", { message: "tones: [tone1, a, b,C]" }, "tones: [[tone], [tone], [tone],[tone]]"],
    ["a letter at the end", { message: "invalid value: d" }, "invalid value: [tone]"],
    ["a letter in HTML", { message: "&quot;a&quot;" }, "&quot;[tone]&quot;"],
  ])("are masked: %s", (_, error, masked) => {
    expect(refused({ error }).message).toBe(`Graph refused the request (400): ${masked}`);
  });

  it("are masked in codes", () => {
    expect(refused({ error: { code: "tone4" } })).toMatchObject({
      message: "Graph refused the request (400, code [tone])",
      graphCode: "[tone]",
      graphCodes: ["[tone]"],
    });
  });

  it("are masked in ids", () => {
    expect(printedTexts({ innerError: { "request-id": "tone4", "client-request-id": "pound" } })).not.toMatch(
      /tone4|pound/,
    );
    expect(printedTexts({}, { "request-id": "tone4", "client-request-id": "pound" })).not.toMatch(/tone4|pound/);
  });

  it.each([
    "Call not found.",
    "The restart of the call started a new one.",
    "A request with a body is a must, see plan B or part C of it.",
    "Flashing pounds of stars",
    "DiagCode: 480#10076.@",
    ID,
  ])("are not found in other words: %s", (message) => {
    expect(refused({ error: { message } }).message).toBe(`Graph refused the request (400): ${message}`);
  });

  it("are never printed, at any place and depth", () => {
    const names = TONES.filter((tone) => tone.length > 1);
    const tone = fc.constantFrom(...names);
    const echo = fc.tuple(fc.constantFrom("code", "errorCode", "message"), fc.array(tone, { minLength: 1 }), fc.nat(4));
    fc.assert(
      fc.property(echo, fc.constantFrom(", ", '","', " ", "/"), ([member, tones, depth], joint) => {
        const printed = printedTexts(hidden({ [member]: `"${tones.join(joint)}"` }, depth)).replaceAll("[tone]", "");
        for (const name of tones) expect(printed).not.toContain(name);
      }),
    );
  });
});

describe("malicious input", () => {
  it("of deeply nested JSON neither fails nor takes long", () => {
    const depth = 100_000;
    const nested = `${'{"error":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect(refused(JSON.parse(nested))).toMatchObject({ graphCodes: [] });
    expect(refused({ error: { code: "x", message: nested } })).toMatchObject({ graphCode: "x" });
    expect(refused({ error: { code: "x", message: `{${"[".repeat(depth)}` } })).toMatchObject({ graphCode: "x" });
  });

  it("of long texts is cut", () => {
    const long = "x".repeat(1_000_000);
    const innerError = { "request-id": long, "client-request-id": long };
    const refusal = refused({ error: { code: long, message: long, innerError } });
    expect(refusal.message.length).toBeLessThan(1_200);
    expect(refusal.message.endsWith("x…")).toBe(true);
    expect(JSON.stringify(refusal).length).toBeLessThan(2_000);
  });

  it("of many spaces does not slow down masking", () => {
    const message = `!${" ".repeat(100_000)}a`;
    expect(refused({ error: { message } }).message).toContain("Graph refused");
  });

  it("of any JSON is parsed", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 300, max: 499 }), (body, status) => {
        expect(refused(body, { status })).toMatchObject({ status, message: expect.stringContaining(String(status)) });
        expect(refused({ error: { code: body, message: JSON.stringify(body), innerError: body } })).toBeDefined();
      }),
    );
  });
});

describe("types", () => {
  it("have required members", () => {
    expectTypeOf<GraphRequestErrorDetails["graphCodes"]>().toEqualTypeOf<string[]>();
    expectTypeOf<GraphRequestErrorDetails["graphCode"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf(parseGraphError).returns.toEqualTypeOf<GraphRequestErrorDetails>();
  });
});
