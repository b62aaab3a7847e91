import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, it } from "vitest";
import type {
  CommsNotification,
  ExpectedOperation,
  OperationKind,
  OperationOutcome,
  OperationStore,
  OperationTypes,
  OperationWatcher,
  PendingOperation,
  StoredEvent,
} from "./index.ts";
import * as models from "./index.ts";
import * as testing from "./testing/index.ts";

describe("the package", () => {
  it("exports these values", () => {
    expect(Object.keys(models).sort()).toEqual([
      "DtmfError",
      "InvalidRequestError",
      "InvalidTonesError",
      "TONES",
      "explainResultInfo",
      "formatTones",
      "isOperation",
      "isSecretTones",
      "isTone",
      "normalizeId",
      "operationKindOf",
      "outcomeOf",
      "parseCall",
      "parseDialString",
      "parseOperation",
      "parseResultInfo",
      "parseToneInfo",
      "parseTones",
      "secretTones",
      "systemClock",
    ]);
  });

  it("names each of them in its README", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const names = [...Object.keys(models), ...Object.keys(testing)];
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it("exports these values for tests", () => {
    expect(Object.keys(testing)).toEqual(["createManualClock"]);
  });
});

/** The members of T whose type is `any`. */
type AnyMembers<T> = { [Name in keyof T]-?: 0 extends 1 & T[Name] ? Name : never }[keyof T];
/** The functions of T with an `any` in a parameter or the result. */
type AnyFunctions<T> = {
  [Name in keyof T]-?: T[Name] extends (...taken: infer Taken) => infer Given
    ? 0 extends 1 & (Taken extends unknown[] ? Taken[number] : never)
      ? Name
      : 0 extends 1 & Given
        ? Name
        : never
    : never;
}[keyof T];

describe("the public types", () => {
  it("export nothing as any", () => {
    expectTypeOf<AnyMembers<typeof models>>().toBeNever();
  });

  it("have no any in parameters and results", () => {
    expectTypeOf<AnyFunctions<typeof models>>().toBeNever();
  });

  it("have no any in the interfaces", () => {
    expectTypeOf<
      | AnyFunctions<OperationStore>
      | AnyFunctions<OperationWatcher>
      | AnyFunctions<PendingOperation>
      | AnyMembers<PendingOperation>
      | AnyMembers<ExpectedOperation>
    >().toBeNever();
  });

  it("would report an any", () => {
    // biome-ignore lint/suspicious/noExplicitAny: the point of the test.
    expectTypeOf<AnyFunctions<{ parse(text: any): void; read(): any; keep(text: string): void }>>().toEqualTypeOf<
      "parse" | "read"
    >();
  });

  it("have a type for every kind of operation", () => {
    expectTypeOf<keyof OperationTypes>().toEqualTypeOf<OperationKind>();
  });

  it("distinguish the events of a store by their type", () => {
    expectTypeOf<Extract<StoredEvent, { type: "completion" }>["outcome"]>().toEqualTypeOf<OperationOutcome>();
    expectTypeOf<StoredEvent["type"]>().toEqualTypeOf<"completion" | "callEnd">();
  });

  it("have notification data of type unknown", () => {
    expectTypeOf<CommsNotification["resourceData"]>().toBeUnknown();
  });
});
