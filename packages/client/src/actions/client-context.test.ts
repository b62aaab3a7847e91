import { InvalidRequestError } from "@graph-dtmf/models";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkClientContext } from "./client-context.ts";

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("checkClientContext", () => {
  it.each([undefined, "x", " ", "~", "f3b1a7c2-0000-4000-8000-9d0c55d1a7aa", "x".repeat(256)])(
    "accepts a valid value: %j",
    (clientContext) => {
      expect(() => checkClientContext(clientContext)).not.toThrow();
    },
  );

  it("accepts any printable ASCII text of 1 to 256 characters", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x20-\x7e]{1,256}$/), (clientContext) => {
        expect(() => checkClientContext(clientContext)).not.toThrow();
      }),
    );
  });

  it.each([
    ["", "clientContext must have 1 to 256 characters, got 0"],
    ["x".repeat(257), "clientContext must have 1 to 256 characters, got 257"],
    ["é", "clientContext must be printable ASCII, got another character at position 0"],
    ["secret-\u{1f4de}", "clientContext must be printable ASCII, got another character at position 7"],
    ["secret\r\nx: 1", "clientContext must be printable ASCII, got another character at position 6"],
    ["secret\0", "clientContext must be printable ASCII, got another character at position 6"],
    ["secret\x7f", "clientContext must be printable ASCII, got another character at position 6"],
    ["secret\n", "clientContext must be printable ASCII, got another character at position 6"],
    [7, "clientContext must be a string, got number"],
    [null, "clientContext must be a string, got object"],
    [["secret"], "clientContext must be a string, got object"],
  ])("refuses an invalid value without repeating it: %j", (clientContext, message) => {
    const error = thrownBy(() => checkClientContext(clientContext));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({ code: "invalid_request", message });
  });
});
