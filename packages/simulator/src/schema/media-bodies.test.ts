import { TONES } from "@graph-dtmf/models";
import { describe, expect, test } from "vitest";
import { parseSendTonesBody } from "./media-bodies.ts";

describe("a body of sendDtmfTones is taken", () => {
  test("with every tone there is", () => {
    expect(parseSendTonesBody({ tones: TONES }).tones).toEqual(TONES);
  });

  test.each([
    ["no delay", { tones: ["a"] }, { tones: ["a"], delayBetweenTonesMs: 0 }],
    [
      "nulls",
      { tones: ["a"], delayBetweenTonesMs: null, clientContext: null },
      { tones: ["a"], delayBetweenTonesMs: 0 },
    ],
    [
      "the longest delay",
      { tones: ["a"], delayBetweenTonesMs: 2 ** 31 - 1 },
      { tones: ["a"], delayBetweenTonesMs: 2147483647 },
    ],
    [
      "annotations",
      { "@odata.type": "#x", "tones@odata.type": "#Collection(microsoft.graph.tone)", tones: ["a"] },
      { tones: ["a"], delayBetweenTonesMs: 0 },
    ],
    [
      "an empty context",
      { tones: ["a"], clientContext: "" },
      { tones: ["a"], delayBetweenTonesMs: 0, clientContext: "" },
    ],
    [
      "the longest context",
      { tones: ["a"], clientContext: "~".repeat(256) },
      { tones: ["a"], delayBetweenTonesMs: 0, clientContext: "~".repeat(256) },
    ],
  ])("with %s", (_, body, read) => {
    expect(parseSendTonesBody(body)).toEqual(read);
  });
});

describe("a body of sendDtmfTones is refused", () => {
  test.each([
    ["without tones", {}, "Property tones "],
    ["with tones null", { tones: null }, "Property tones "],
    ["with no tone at all", { tones: [] }, "Property tones "],
    ["with keys for tones", { tones: "12#" }, "Property tones "],
    ["with a null tone", { tones: ["tone1", null] }, "Property tones[1] "],
    ["with a tone of no such name", { tones: ["tone1", "hash"] }, "Property tones[1] "],
    ["with a tone in capitals", { tones: ["Tone1"] }, "Property tones[0] "],
    ["with a tone by number", { tones: [1] }, "Property tones[0] "],
    [
      "with toneInfos, as the table of the page has it",
      { tones: [{ sequenceId: 1, tone: "tone1" }] },
      "Property tones[0] ",
    ],
    ["with a fraction of a delay", { tones: ["a"], delayBetweenTonesMs: 0.5 }, "Property delayBetweenTonesMs "],
    ["with a delay as text", { tones: ["a"], delayBetweenTonesMs: "300" }, "Property delayBetweenTonesMs "],
    ["with a delay beyond Int32", { tones: ["a"], delayBetweenTonesMs: 2 ** 31 }, "Property delayBetweenTonesMs "],
    ["with a delay below zero", { tones: ["a"], delayBetweenTonesMs: -1 }, "Property delayBetweenTonesMs "],
    ["with a context that is too long", { tones: ["a"], clientContext: "x".repeat(257) }, "Property clientContext "],
    ["with a context that is not ASCII", { tones: ["a"], clientContext: "käse" }, "Property clientContext "],
    ["with a context that is no text", { tones: ["a"], clientContext: 7 }, "Property clientContext "],
    [
      "with a parameter of another name",
      { tones: ["a"], delayBetweenTones: 5 },
      "The parameter 'delayBetweenTones' in the request payload is not a valid parameter for the operation 'sendDtmfTones'.",
    ],
    ["with a parameter that every object has", { tones: ["a"], constructor: 5 }, "The parameter 'constructor'"],
    ["if it is no object", ["tone1"], "Property root "],
  ])("%s", (_, body, message) => {
    expect(() => parseSendTonesBody(body)).toThrow(
      expect.objectContaining({ status: 400, code: "BadRequest", message: expect.stringContaining(message) }),
    );
  });
});
