import { describe, expect, expectTypeOf, it } from "vitest";
import { DtmfError, InvalidRequestError, InvalidTonesError } from "./errors.ts";

describe("DtmfError", () => {
  it("is an Error", () => {
    expect(new DtmfError("not_sent", "nothing was sent")).toBeInstanceOf(Error);
  });

  it("carries its code", () => {
    expect(new DtmfError("not_sent", "nothing was sent").code).toBe("not_sent");
  });

  it("carries its cause", () => {
    const cause = new Error("refused");
    expect(new DtmfError("not_sent", "nothing was sent", { cause }).cause).toBe(cause);
  });

  it("has no cause if none was given", () => {
    expect(new DtmfError("not_sent", "nothing was sent")).not.toHaveProperty("cause");
  });

  it("keeps its code and name in JSON, for structured logs", () => {
    expect(JSON.parse(JSON.stringify(new DtmfError("not_sent", "nothing was sent")))).toEqual({
      name: "DtmfError",
      code: "not_sent",
    });
  });
});

describe.each([
  { error: new InvalidTonesError("no key at position 2", 2), name: "InvalidTonesError", code: "invalid_tones" },
  { error: new InvalidRequestError("callId is empty"), name: "InvalidRequestError", code: "invalid_request" },
])("$name", ({ error, name, code }) => {
  it("is a DtmfError", () => {
    expect(error).toBeInstanceOf(DtmfError);
  });

  it("has its own name", () => {
    expect(error.name).toBe(name);
  });

  it("has its own code", () => {
    expect(error.code).toBe(code);
  });

  it("starts its stack with its name and message", () => {
    expect(error.stack?.split("\n")[0]).toBe(`${name}: ${error.message}`);
  });
});

describe("InvalidTonesError", () => {
  it("has an index of 0", () => {
    expect(new InvalidTonesError("no key at position 0", 0).index).toBe(0);
  });

  it("has no index if the whole argument is invalid", () => {
    expect(new InvalidTonesError("no tones")).not.toHaveProperty("index");
  });
});

describe("InvalidRequestError", () => {
  it("carries the cause that it was given", () => {
    const cause = new TypeError("Invalid URL");
    expect(new InvalidRequestError("baseUrl is no URL", { cause }).cause).toBe(cause);
  });
});

describe("the types of errors", () => {
  it("narrow on the code", () => {
    const read = (error: InvalidTonesError | InvalidRequestError): number | undefined => {
      switch (error.code) {
        case "invalid_tones":
          expectTypeOf(error).toEqualTypeOf<InvalidTonesError>();
          return error.index;
        case "invalid_request":
          expectTypeOf(error).toEqualTypeOf<InvalidRequestError>();
          return undefined;
      }
    };
    expect(read(new InvalidTonesError("no key", 1))).toBe(1);
  });
});
