import { InvalidRequestError } from "@graph-dtmf/models";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeId, toCallPath } from "./resource-path.ts";

const GUID = "481f3600-983e-4276-9b59-c1b30ec8d125";

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** The path as a server receives it, after a URL parser has resolved it. */
const toPathname = (path: string): string => new URL(`https://graph.microsoft.com/v1.0${path}`).pathname;

describe("toCallPath", () => {
  it("joins the id of the call and the segments", () => {
    expect(toCallPath(GUID)).toBe(`/communications/calls/${GUID}`);
    expect(toCallPath(GUID, "sendDtmfTones")).toBe(`/communications/calls/${GUID}/sendDtmfTones`);
    expect(toCallPath(GUID, "operations", "op-1")).toBe(`/communications/calls/${GUID}/operations/op-1`);
  });

  it.each([
    ["upper case without dashes", "481F3600983E42769B59C1B30EC8D125"],
    ["one character", "7"],
    ["512 characters", "x".repeat(512)],
    ["a dot inside", "a.b"],
    ["dots at both ends", ".a."],
  ])("leaves an id unchanged: %s", (_, id) => {
    expect(toCallPath(id)).toBe(`/communications/calls/${id}`);
  });

  it("encodes characters that have a meaning in URLs", () => {
    expect(toCallPath("19:meeting_x@thread.v2=~")).toBe("/communications/calls/19%3Ameeting_x%40thread.v2%3D~");
  });

  it("creates a path below that call for every id that it accepts", () => {
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
        const [, version, communications, calls, call = "", action, ...rest] = toPathname(path).split("/");
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
    ["a dot", "."],
    ["two dots", ".."],
    ["several steps up", "../.."],
    ["two dots inside", "a..b"],
    ["three dots", "..."],
    ["an encoded step up", "%2e%2e"],
    ["a step up, encoded twice", "%252e%252e"],
    ["a half-encoded step up", ".%2E"],
    ["a slash", "a/b"],
    ["an encoded slash", "a%2Fb"],
    ["a backslash", "a\\b"],
    ["a query", "a?$expand=x"],
    ["a fragment", "a#b"],
    ["a path parameter", "a;b=c"],
    ["OData quotes", "('a')"],
    ["a space", "a b"],
    ["a leading space", ` ${GUID}`],
    ["a trailing line break", `${GUID}\n`],
    ["a tab, which URL parsers remove", ".\t."],
    ["a header", "a\r\nhost: evil"],
    ["a zero byte", "a\0"],
    ["letters of another script", "é"],
    ["dots of another script", "․․"],
    ["a slash of another script", "a∕b"],
    ["a lone surrogate, which cannot be encoded", "\ud800"],
    ["a URL", "https://evil.com"],
    ["513 characters", "x".repeat(513)],
    ["10,000 characters", "x".repeat(10_000)],
  ])("is refused without being repeated: %s", (_, id) => {
    const error = thrownBy(() => toCallPath(id, "sendDtmfTones"));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({
      code: "invalid_request",
      message: 'callId must be an id of Graph: 1 to 512 letters, digits and - _ ~ = : @ . without ".."',
    });
  });

  it("is refused if it is empty, because the action would become the id", () => {
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
  ])("is refused if it is not a string: %j", (id, type) => {
    expect(thrownBy(() => toCallPath(id as string))).toMatchObject({
      code: "invalid_request",
      message: `callId must be a string, got ${type}`,
    });
  });

  it("is named in the error as the caller names it", () => {
    expect(thrownBy(() => encodeId("operationId", ""))).toMatchObject({ message: "operationId must not be empty" });
    expect(thrownBy(() => encodeId("operationId", "/"))).toMatchObject({
      message: expect.stringMatching(/^operationId must be an id/),
    });
  });
});
