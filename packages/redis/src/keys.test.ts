import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callKeys } from "./keys.ts";

const CALL = "481f3600-983e-4276-9b59-000000000001";

/** The part of a key that a Cluster hashes: the text between the first brace and the next, if not empty. */
const hashTagOf = (key: string): string => /\{(.+?)\}/.exec(key)?.[1] ?? key;

const keysOf = (callId: string, id: string): string[] => {
  const { waits, end, tones, wait, operation } = callKeys("p:", callId);
  return [waits, end, wait(id), operation(id), tones];
};

describe("the keys of a call", () => {
  test("are the same for every spelling of its id", () => {
    const names = keysOf(CALL, "context");
    expect(names[2]).toBe(`p:{${CALL}}:wait:context`);
    expect(keysOf(CALL.toUpperCase().replaceAll("-", ""), "context")).toEqual(names);
  });

  test("share a hash tag and are short for any ids", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.string({ unit: "binary", maxLength: 300 }),
        (callId, id) => {
          const names = keysOf(callId, id);
          expect(new Set(names.map(hashTagOf)).size).toBe(1);
          expect(new Set(names).size).toBe(names.length);
          for (const name of names) expect(name.length).toBeLessThan(300);
        },
      ),
    );
  });

  test("are unique for each wait", () => {
    const { wait } = callKeys("p:", CALL);
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 300 }), (one, other) => {
        expect(wait(one) === wait(other)).toBe(one === other);
      }),
    );
  });
});
