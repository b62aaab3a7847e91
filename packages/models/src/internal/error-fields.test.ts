import { expect, test } from "vitest";
import { DtmfError } from "../errors.ts";
import { errorFields } from "./error-fields.ts";

test("has the name and the code of an error, and nothing else", () => {
  expect(errorFields(new DtmfError("not_sent", "a message with 4711"))).toEqual({
    error: "DtmfError",
    code: "not_sent",
  });
});

test("has no code where the error's code is missing or not a string", () => {
  expect(errorFields(new TypeError("no"))).toEqual({ error: "TypeError" });
  expect(errorFields(Object.assign(new Error("no"), { code: 4711 }))).toEqual({ error: "Error" });
});

test("is empty for a value that is no error", () => {
  expect(errorFields("4711")).toEqual({});
});
