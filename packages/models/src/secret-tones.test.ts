import { type AssertionError, deepStrictEqual } from "node:assert";
import { Console } from "node:console";
import { PassThrough } from "node:stream";
import { format, inspect } from "node:util";
import { serialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { InvalidTonesError } from "./errors.ts";
import { formatTones } from "./format-tones.ts";
import { isSecretTones, type SecretTones, secretTones } from "./secret-tones.ts";
import { parseTones, TONES, type Tone } from "./tone.ts";

const everything = { showHidden: true, customInspect: false, depth: null, getters: true, showProxy: true } as const;

/** Console output as a string. */
function logged(write: (console: Console) => void): string {
  const stdout = new PassThrough();
  write(new Console({ stdout, stderr: stdout }));
  return String(stdout.read());
}

/** The message of the error that `act` throws. */
function thrown(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return inspect(error, everything);
  }
  return "";
}

/** The ways in which a value gets into a log, a body or a message. */
const PRINTS: Readonly<Record<string, (secret: SecretTones) => string>> = {
  "String()": (secret) => String(secret),
  "a template string": (secret) => `${secret}`,
  // biome-ignore lint/style/useTemplate: concatenation converts by another rule than a template string does.
  concatenation: (secret) => "" + secret,
  "toLocaleString()": (secret) => secret.toLocaleString(),
  "JSON.stringify": (secret) => JSON.stringify(secret),
  "JSON.stringify of what holds it": (secret) => JSON.stringify({ body: { tones: [secret] } }),
  inspect: (secret) => inspect(secret),
  "inspect with nothing hidden": (secret) => inspect(secret, everything),
  "inspect of what holds it": (secret) => inspect({ pins: new Map([["pin", [secret]]]) }, everything),
  "inspect of a proxy": (secret) => inspect(new Proxy(secret, {}), everything),
  "util.format": (secret) => ["%s", "%o", "%O", "%j", "%d", "%i", "%f"].map((f) => format(f, secret)).join(),
  "console.log": (secret) => logged((console) => console.log(secret, { secret })),
  "console.dir": (secret) => logged((console) => console.dir(secret, everything)),
  "console.table": (secret) => logged((console) => console.table([secret])),
  "Object.keys and entries": (secret) => format(Object.keys(secret), Object.entries(secret), Object.values(secret)),
  "Reflect.ownKeys": (secret) => format(Reflect.ownKeys(secret), Object.getOwnPropertyDescriptors(secret)),
  spreading: (secret) => inspect({ ...secret }, everything),
  "Array.from": (secret) => inspect(Array.from(secret as unknown as ArrayLike<unknown>)),
  structuredClone: (secret) => inspect(structuredClone(secret), everything),
  "v8.serialize": (secret) => serialize(secret).toString("latin1"),
  "an error's cause": (secret) => inspect(new Error("failed", { cause: secret }), everything),
  "an error of iterating it": (secret) => thrown(() => [...(secret as unknown as Iterable<unknown>)]),
  "an error of wrapping it twice": (secret) => thrown(() => secretTones(secret as unknown as string)),
  "an error of parsing it": (secret) => thrown(() => parseTones(secret as unknown as string)),
  "an error of calling a copy": (secret) => thrown(() => Object.create(secret).reveal()),
  "a failed assertion": (secret) => {
    try {
      deepStrictEqual(secret, 1);
    } catch (error) {
      return (error as AssertionError).message;
    }
    return "";
  },
};

const prints = Object.entries(PRINTS);

describe("secretTones", () => {
  it("reveals the tones of keys", () => {
    expect(secretTones("4711#").reveal()).toEqual(["tone4", "tone7", "tone1", "tone1", "pound"]);
  });

  it("reveals the tones of a list", () => {
    expect(secretTones(["star", "tone1"]).reveal()).toEqual(["star", "tone1"]);
  });

  it("counts tones, not characters", () => {
    expect(secretTones("47-11 #").length).toBe(5);
  });

  it("accepts an empty list", () => {
    expect(secretTones("").reveal()).toEqual([]);
  });

  it("does not change with the list that it was made of", () => {
    const tones: Tone[] = ["tone1"];
    const secret = secretTones(tones);
    tones.push("tone2");
    expect(secret.reveal()).toEqual(["tone1"]);
  });

  it("does not freeze the list that it was made of", () => {
    const tones: Tone[] = ["tone1"];
    secretTones(tones);
    expect(Object.isFrozen(tones)).toBe(false);
  });

  it("reads each element once", () => {
    let reads = 0;
    const tones: Tone[] = [];
    Object.defineProperty(tones, 0, { enumerable: true, get: () => (reads++ === 0 ? "tone1" : "junk") });
    expect(secretTones(tones).reveal()).toEqual(["tone1"]);
  });

  it("reveals a frozen list", () => {
    expect(Object.isFrozen(secretTones("12").reveal())).toBe(true);
  });

  it("is frozen itself", () => {
    expect(Object.isFrozen(secretTones("12"))).toBe(true);
  });

  it.each([
    ["12x", 2],
    [["tone1", "2"], 1],
    [new Array(2), 0],
  ])("gives the position of an invalid key or tone (%#)", (value, index) => {
    expect(() => secretTones(value as Tone[])).toThrow(expect.objectContaining({ code: "invalid_tones", index }));
  });

  it.each([
    [null, "null"],
    [4711, "number"],
    [{ length: 4 }, "object"],
  ])("names the type of an invalid value (%#)", (value, name) => {
    expect(() => secretTones(value as unknown as string)).toThrow(`got ${name}`);
  });

  it("throws only InvalidTonesError, for any value", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          secretTones(value as string);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidTonesError);
        }
      }),
    );
  });
});

describe("printed secret tones", () => {
  it.each(["String()", "a template string", "concatenation", "inspect"])("show their number: %s", (way) => {
    expect(PRINTS[way]?.(secretTones("4711#"))).toBe("[redacted 5 tones]");
  });

  it("show their number in JSON", () => {
    expect(JSON.stringify({ pin: secretTones("4711#") })).toBe('{"pin":"[redacted 5 tones]"}');
  });

  it.each(prints)("show no tone and no key: %s", (_, print) => {
    expect(print(secretTones("4711#"))).not.toMatch(/4711|tone[0-9]|pound/);
  });

  it.each(prints)("depend only on their number: %s", (_, print) => {
    const tones = fc.array(fc.constantFrom(...TONES), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(tones, tones, (one, other) => {
        // Both are printed from one place, so that stacks in the output are equal.
        const [printOfOne, printOfOther] = [one, other].map((list) => print(secretTones(list)));
        expect(printOfOne).toBe(printOfOther);
      }),
      { numRuns: 20 },
    );
  });
});

describe("isSecretTones", () => {
  it("accepts secret tones", () => {
    expect(isSecretTones(secretTones("1"))).toBe(true);
  });

  it.each([null, undefined, "1", ["tone1"], {}, { length: 1, reveal: () => ["tone1"] }])(
    "rejects any other value (%#)",
    (value) => {
      expect(isSecretTones(value)).toBe(false);
    },
  );

  it("rejects a clone, which holds no tones", () => {
    expect(isSecretTones(structuredClone(secretTones("1")))).toBe(false);
  });
});

describe("secret tones of another copy of the package", async () => {
  vi.resetModules();
  const copy = await import("./secret-tones.ts");
  const secret = copy.secretTones("4711#");

  it("come from another class", () => {
    expect(Object.getPrototypeOf(secret)).not.toBe(Object.getPrototypeOf(secretTones("4711#")));
  });

  it("are accepted", () => {
    expect(isSecretTones(secret)).toBe(true);
  });

  it("can be formatted", () => {
    expect(formatTones(secret)).toBe("4711#");
  });
});

describe("the type of secret tones", () => {
  it("gives the tones through reveal alone", () => {
    expectTypeOf<keyof SecretTones>().toEqualTypeOf<"length" | "reveal">();
  });

  it("reveals a list that cannot be written to", () => {
    expectTypeOf<ReturnType<SecretTones["reveal"]>>().toEqualTypeOf<readonly Tone[]>();
  });

  it("is no list of tones", () => {
    expectTypeOf<SecretTones>().not.toExtend<readonly Tone[]>();
  });

  it("is narrowed by isSecretTones", () => {
    const value: unknown = undefined;
    if (isSecretTones(value)) expectTypeOf(value).toEqualTypeOf<SecretTones>();
  });
});
