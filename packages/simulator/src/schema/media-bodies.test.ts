import { TONES } from "@graph-dtmf/models";
import { describe, expect, test } from "vitest";
import { parseSendTonesBody } from "./media-bodies.ts";

describe("accepts a body of sendDtmfTones", () => {
  test("with every tone", () => {
    expect(parseSendTonesBody({ tones: TONES }).tones).toEqual(TONES);
  });

  test.each([
    ["no delay", { tones: ["a"] }, { tones: ["a"], delayBetweenTonesMs: 0 }],
    [
      "null for optional parameters",
      { tones: ["a"], delayBetweenTonesMs: null, clientContext: null },
      { tones: ["a"], delayBetweenTonesMs: 0 },
    ],
    [
      "the longest delay",
      { tones: ["a"], delayBetweenTonesMs: 2 ** 31 - 1 },
      { tones: ["a"], delayBetweenTonesMs: 2147483647 },
    ],
    [
      "OData annotations",
      { "@odata.type": "#x", "tones@odata.type": "#Collection(microsoft.graph.tone)", tones: ["a"] },
      { tones: ["a"], delayBetweenTonesMs: 0 },
    ],
    [
      "an empty clientContext",
      { tones: ["a"], clientContext: "" },
      { tones: ["a"], delayBetweenTonesMs: 0, clientContext: "" },
    ],
    [
      "the longest clientContext",
      { tones: ["a"], clientContext: "~".repeat(256) },
      { tones: ["a"], delayBetweenTonesMs: 0, clientContext: "~".repeat(256) },
    ],
  ])("with %s", (_, body, parsed) => {
    expect(parseSendTonesBody(body)).toEqual(parsed);
  });
});

describe("rejects a body of sendDtmfTones", () => {
  test.each([
    ["without tones", {}, "Property tones "],
    ["with tones null", { tones: null }, "Property tones "],
    ["with an empty list of tones", { tones: [] }, "Property tones "],
    ["with keys instead of tones", { tones: "12#" }, "Property tones "],
    ["with a null tone", { tones: ["tone1", null] }, "Property tones[1] "],
    ["with an unknown tone", { tones: ["tone1", "hash"] }, "Property tones[1] "],
    ["with a tone in another letter case", { tones: ["Tone1"] }, "Property tones[0] "],
    ["with a number as tone", { tones: [1] }, "Property tones[0] "],
    [
      "with toneInfos, which the parameter table of the documentation names",
      { tones: [{ sequenceId: 1, tone: "tone1" }] },
      "Property tones[0] ",
    ],
    ["with a fractional delay", { tones: ["a"], delayBetweenTonesMs: 0.5 }, "Property delayBetweenTonesMs "],
    ["with a delay that is a string", { tones: ["a"], delayBetweenTonesMs: "300" }, "Property delayBetweenTonesMs "],
    ["with a delay beyond Int32", { tones: ["a"], delayBetweenTonesMs: 2 ** 31 }, "Property delayBetweenTonesMs "],
    ["with a negative delay", { tones: ["a"], delayBetweenTonesMs: -1 }, "Property delayBetweenTonesMs "],
    [
      "with a clientContext that is too long",
      { tones: ["a"], clientContext: "x".repeat(257) },
      "Property clientContext ",
    ],
    ["with a clientContext that is not ASCII", { tones: ["a"], clientContext: "käse" }, "Property clientContext "],
    ["with a clientContext that is no string", { tones: ["a"], clientContext: 7 }, "Property clientContext "],
    [
      "with an unknown parameter",
      { tones: ["a"], delayBetweenTones: 5 },
      "The parameter 'delayBetweenTones' in the request payload is not a valid parameter for the operation 'sendDtmfTones'.",
    ],
    [
      "with a parameter named like a property of Object.prototype",
      { tones: ["a"], constructor: 5 },
      "The parameter 'constructor'",
    ],
    ["that is no object", ["tone1"], "Property root "],
  ])("%s", (_, body, message) => {
    expect(() => parseSendTonesBody(body)).toThrow(
      expect.objectContaining({ status: 400, code: "BadRequest", message: expect.stringContaining(message) }),
    );
  });
});
