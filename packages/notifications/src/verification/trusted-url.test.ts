import { describe, expect, it } from "vitest";
import { parseTrustedUrl } from "./trusted-url.ts";

const trusts = (url: unknown, ...allowed: string[]): boolean => parseTrustedUrl(url, allowed) !== undefined;

describe("parseTrustedUrl", () => {
  it.each(["https://keys.example/", "https://10.0.0.1:8443/keys"])("accepts https: %s", (url) => {
    expect(trusts(url)).toBe(true);
  });

  it.each(["http://localhost:1/", "http://127.0.0.1/", "http://127.1.2.3:80/", "http://[::1]:8080/", "http://127.1/"])(
    "accepts this machine over plain http: %s",
    (url) => {
      expect(trusts(url)).toBe(true);
    },
  );

  it.each([
    "http://keys.example/",
    "http://127.0.0.1.example/",
    "http://localhost.example/",
    "http://127.0.0.1@keys.example/",
    "http://user:word@127.0.0.1/",
    "https://user@keys.example/",
    "ftp://localhost/",
    "data:application/json,{}",
    "keys.example",
    "",
    null,
    7,
  ])("returns undefined for %j", (url) => {
    expect(trusts(url)).toBe(false);
  });

  it("accepts a listed host, with its port or without", () => {
    expect(trusts("http://Simulator:4000/", "simulator")).toBe(true);
    expect(trusts("http://simulator:4000/", "Simulator:4000")).toBe(true);
    expect(trusts("http://simulator:4000/", "simulator:4001")).toBe(false);
    expect(trusts("ftp://simulator:4000/", "simulator")).toBe(false);
    expect(trusts("http://evil.simulator/", "simulator")).toBe(false);
  });
});
