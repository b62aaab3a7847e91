import { describe, expect, it } from "vitest";
import { readFixture } from "../__fixtures__/read-fixture.ts";
import { isLegacyNotification, parseJson, parseNotifications } from "./parse-notifications.ts";

const ENVELOPE = '{"value":[{"changeType":"deleted","resourceUrl":"/communications/calls/1"}]}';
const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");

function messageOf(body: unknown): string {
  try {
    parseNotifications(body);
  } catch (error) {
    expect(error).toMatchObject({ name: "InvalidNotificationError", code: "invalid_notification" });
    return (error as Error).message;
  }
  throw new Error("expected a refusal");
}

describe("parseNotifications and parseJson", () => {
  it("accept text, bytes, and JSON that a framework has parsed", () => {
    const bodies = [ENVELOPE, new TextEncoder().encode(ENVELOPE), Buffer.from(ENVELOPE), JSON.parse(ENVELOPE)];
    for (const body of bodies) expect(parseNotifications(body)).toMatchObject([{ kind: "call", callId: "1" }]);
  });

  it("accept a byte order mark", () => {
    for (const body of [`\uFEFF${ENVELOPE}`, Buffer.from(`\uFEFF${ENVELOPE}`)]) {
      expect(parseNotifications(body)).toHaveLength(1);
    }
  });

  it("accept a single-byte charset with characters that are invalid UTF-8", () => {
    const body = latin1(ENVELOPE.replace('"deleted"', '"deleted","caller":"J\xF6rg \x80"'));
    expect(parseNotifications(body)).toMatchObject([{ kind: "call", callId: "1" }]);
  });

  it("accept an empty envelope", () => {
    expect(parseNotifications('{"value":[]}')).toEqual([]);
  });

  it.each([
    ["an empty text", "", "expected JSON, got 0 characters"],
    ["no bytes", new Uint8Array(), "expected JSON, got 0 characters"],
    ["text", "hello", "expected JSON, got 5 characters"],
    ["half an envelope", ENVELOPE.slice(0, 20), "expected JSON"],
    ["UTF-16", Buffer.from(ENVELOPE, "utf16le"), "expected JSON"],
    ["null", "null", "expected a JSON object, got null"],
    ["a list", "[]", "expected a JSON object, got an array"],
    ["a number", "7", "expected a JSON object, got number"],
    ["undefined", undefined, "expected a JSON object, got undefined"],
    ["an object without value", "{}", "got undefined"],
    ["a value that is an object", '{"value":{}}', "got object"],
    ["a value that is null", '{"value":null}', "got null"],
  ])("reject a body of %s", (_, body, message) => {
    expect(messageOf(body)).toContain(message);
  });

  it("reject a body without quoting a tone of it", () => {
    const error: unknown = (() => {
      try {
        return parseJson('{"toneInfo":{"sequenceId":1,"tone":"tone5"}}}');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(Error);
    expect(String((error as Error).stack) + String((error as Error).cause)).not.toContain("tone5");
  });

  it("accept any depth of nesting", () => {
    const deep = `${'{"a":['.repeat(100_000)}${"]}".repeat(100_000)}`;
    const body = `{"value":[{"resourceUrl":"/app/calls/1","changeType":"deleted","resourceData":{"state":"terminated","x":${deep}}},${deep}]}`;
    expect(parseNotifications(body)).toMatchObject([{ kind: "call", callId: "1" }, { kind: "unknown" }]);
  });

  it("accept a huge envelope", () => {
    const body = {
      value: [
        { resourceUrl: "/app/calls/1/x", resourceData: new Array(500_000).fill(0) },
        ...new Array(200_000).fill(0),
      ],
    };
    expect(parseNotifications(body)).toHaveLength(200_001);
  });
});

describe("isLegacyNotification", () => {
  it("recognises a legacy notification by its top-level state", () => {
    const body = parseJson(readFixture("legacy-incoming"));
    expect(isLegacyNotification(body)).toBe(true);
    expect(messageOf(body)).toContain("array `value`");
  });

  it.each([
    ["an envelope", JSON.parse(ENVELOPE)],
    ["an envelope that also has a state", { value: [], callState: "incoming" }],
    ["a state that is not a text", { callState: 1 }],
    ["a list", [{ callState: "incoming" }]],
    ["null", null],
    ["text", "callState"],
  ])("returns false for %s", (_, body) => {
    expect(isLegacyNotification(body)).toBe(false);
  });
});
