import { InvalidRequestError } from "@graph-dtmf/models";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeId, toCallPath } from "./resource-path.ts";

const GUID = "481f3600-983e-4276-9b59-c1b30ec8d125";

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** The path as a server sees it, after whatever a URL parser makes of it. */
const seen = (path: string): string => new URL(`https://graph.microsoft.com/v1.0${path}`).pathname;

describe("the path of a call", () => {
  it("has its id, and what in the call is meant", () => {
    expect(toCallPath(GUID)).toBe(`/communications/calls/${GUID}`);
    expect(toCallPath(GUID, "sendDtmfTones")).toBe(`/communications/calls/${GUID}/sendDtmfTones`);
    expect(toCallPath(GUID, "operations", "op-1")).toBe(`/communications/calls/${GUID}/operations/op-1`);
  });

  it.each([
    ["upper case without dashes", "481F3600983E42769B59C1B30EC8D125"],
    ["one character", "7"],
    ["512 characters", "x".repeat(512)],
    ["a dot within", "a.b"],
    ["a dot at either end", ".a."],
  ])("takes an id as it is: %s", (_, id) => {
    expect(toCallPath(id)).toBe(`/communications/calls/${id}`);
  });

  it("encodes what means something in a URL", () => {
    expect(toCallPath("19:meeting_x@thread.v2=~")).toBe("/communications/calls/19%3Ameeting_x%40thread.v2%3D~");
  });

  it("stays the path of that call for whatever id it takes", () => {
    const id = fc.oneof(fc.string({ unit: "binary-ascii" }), fc.stringMatching(/^[A-Za-z0-9_~=:@.-]{1,20}$/));
    fc.assert(
      fc.property(id, (id) => {
        let path: string;
        try {
          path = toCallPath(id, "sendDtmfTones");
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidRequestError);
          return;
        }
        const [, version, communications, calls, call = "", action, ...rest] = seen(path).split("/");
        expect([version, communications, calls, action, rest]).toEqual([
          "v1.0",
          "communications",
          "calls",
          "sendDtmfTones",
          [],
        ]);
        expect(decodeURIComponent(call)).toBe(id);
      }),
    );
  });
});

describe("an id that could reach another resource", () => {
  it.each([
    ["a path and a query", "1/../../users?x="],
    ["a step to where it is", "."],
    ["a step up", ".."],
    ["steps up", "../.."],
    ["two dots within", "a..b"],
    ["three dots", "..."],
    ["a step up, encoded", "%2e%2e"],
    ["a step up, encoded twice", "%252e%252e"],
    ["half a step, encoded", ".%2E"],
    ["a slash", "a/b"],
    ["a slash, encoded", "a%2Fb"],
    ["a backslash", "a\\b"],
    ["a query", "a?$expand=x"],
    ["a fragment", "a#b"],
    ["a parameter", "a;b=c"],
    ["the quotes of OData", "('a')"],
    ["a space", "a b"],
    ["a space before it", ` ${GUID}`],
    ["a line break after it", `${GUID}\n`],
    ["a tab, which URL parsers drop", ".\t."],
    ["a header", "a\r\nhost: evil"],
    ["a zero byte", "a\0"],
    ["letters of another script", "é"],
    ["dots of another script", "․․"],
    ["a slash of another script", "a∕b"],
    ["a half surrogate, which cannot be encoded", "\ud800"],
    ["a URL", "https://evil.com"],
    ["513 characters", "x".repeat(513)],
    ["10,000 characters", "x".repeat(10_000)],
  ])("is refused, and not repeated: %s", (_, id) => {
    const error = thrownBy(() => toCallPath(id, "sendDtmfTones"));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({
      code: "invalid_request",
      message: 'callId must be an id of Graph: 1 to 512 letters, digits and - _ ~ = : @ . without ".."',
    });
  });

  it("is refused where it is empty: Graph would take the action for the id", () => {
    expect(thrownBy(() => toCallPath(""))).toMatchObject({
      code: "invalid_request",
      message: "callId must not be empty",
    });
  });

  it.each([
    [undefined, "undefined"],
    [null, "object"],
    [7, "number"],
    [[GUID], "object"],
    [{ toString: (): string => GUID }, "object"],
    [Object(GUID), "object"],
  ])("is refused where it is no text: %j", (id, type) => {
    expect(thrownBy(() => toCallPath(id as string))).toMatchObject({
      code: "invalid_request",
      message: `callId must be a string, got ${type}`,
    });
  });

  it("is named as the caller names it", () => {
    expect(thrownBy(() => encodeId("operationId", ""))).toMatchObject({ message: "operationId must not be empty" });
    expect(thrownBy(() => encodeId("operationId", "/"))).toMatchObject({
      message: expect.stringMatching(/^operationId must be an id/),
    });
  });
});
