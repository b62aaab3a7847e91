import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type GraphEndpoint, parseGraphEndpoint } from "./graph-endpoint.ts";

const baseUrlOf = (baseUrl: string, allowHttpHosts?: string[]): string =>
  parseGraphEndpoint({ baseUrl, ...(allowHttpHosts && { allowHttpHosts }) }).baseUrl;

describe("without options", () => {
  it("returns Graph's address and the scope of Graph", () => {
    expect(parseGraphEndpoint({})).toEqual({
      baseUrl: "https://graph.microsoft.com",
      scopes: ["https://graph.microsoft.com/.default"],
    });
  });
});

describe("https", () => {
  it.each([
    ["https://graph.microsoft.us", "https://graph.microsoft.us"],
    ["https://GRAPH.microsoft.us/", "https://graph.microsoft.us"],
    ["https://proxy.example:8443/graph//", "https://proxy.example:8443/graph"],
    ["https://10.0.0.7/", "https://10.0.0.7"],
    ["https://proxy.example/?", "https://proxy.example"],
    ["https://proxy.example/graph/#", "https://proxy.example/graph"],
  ])("is allowed for any host: %s", (url, baseUrl) => {
    expect(baseUrlOf(url)).toBe(baseUrl);
  });

  it("has the scope of its host", () => {
    expect(parseGraphEndpoint({ baseUrl: "https://graph.microsoft.us/x" }).scopes).toEqual([
      "https://graph.microsoft.us/.default",
    ]);
  });
});

describe("http", () => {
  it.each([
    "http://localhost",
    "http://localhost:4000",
    "http://LocalHost:4000",
    "http://127.0.0.1:4000",
    "http://127.8.9.10",
    "http://127.1",
    "http://2130706433",
    "http://[::1]:4000",
    "http://[0:0:0:0:0:0:0:1]",
  ])("is allowed for loopback hosts: %s", (url) => {
    expect(baseUrlOf(url)).toMatch(/^http:\/\/(localhost|127\.[\d.]+|\[::1\])(:4000)?$/);
  });

  it("has the scope of Graph for loopback hosts, where the simulator runs", () => {
    expect(parseGraphEndpoint({ baseUrl: "http://127.0.0.1:4000" }).scopes).toEqual([
      "https://graph.microsoft.com/.default",
    ]);
  });

  it.each([
    "http://graph.microsoft.com",
    "http://localhost.evil.com",
    "http://localhost.",
    "http://evil.com#localhost",
    "http://notlocalhost",
    "http://127.0.0.1.evil.com",
    "http://1127.0.0.1.nip.io",
    "http://128.0.0.1",
    "http://0.0.0.0",
    "http://10.0.0.1",
    "http://169.254.169.254",
    "http://[::]",
    "http://[::2]",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:10.0.0.1]",
    "http://[fd00::1]",
    "http:\\\\evil.com",
  ])("is refused for other hosts: %s", (url) => {
    expect(() => baseUrlOf(url)).toThrow(TypeError);
  });

  it("is refused for hosts that only resemble loopback hosts", () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z]$/);
    const local = fc.constantFrom("localhost", "127.0.0.1", "localhost:80");
    fc.assert(
      fc.property(local, label, fc.constantFrom(".", "-", "/", "@"), (host, other, joint) => {
        const url = joint === "@" ? `http://${host}@${other}` : `http://${other}${joint}${host}.${other}`;
        expect(() => baseUrlOf(url)).toThrow(TypeError);
      }),
    );
  });
});

describe("allowHttpHosts", () => {
  it("allows a host with any port, or with one port", () => {
    expect(baseUrlOf("http://graph.test:4000", ["graph.test"])).toBe("http://graph.test:4000");
    expect(baseUrlOf("http://graph.test:4000", ["other", "graph.test:4000"])).toBe("http://graph.test:4000");
    expect(baseUrlOf("http://[fd00::1]:4000", ["[fd00::1]"])).toBe("http://[fd00::1]:4000");
  });

  it.each([
    ["another port", ["graph.test:4001"]],
    ["part of the name", ["test", "graph", ".test"]],
    ["a longer name", ["my.graph.test", "graph.test.example"]],
    ["a pattern", ["*", "*.test", "graph.*"]],
    ["an empty name", [""]],
    ["nothing", []],
  ])("does not allow %s", (_, hosts) => {
    expect(() => baseUrlOf("http://graph.test:4000", hosts)).toThrow(
      new TypeError(
        "baseUrl must use https, or http with a loopback host or a host in allowHttpHosts, got http://graph.test:4000",
      ),
    );
  });

  it("allows no other protocol", () => {
    for (const url of ["ftp://graph.test", "ws://graph.test", "file://graph.test/x"]) {
      expect(() => baseUrlOf(url, ["graph.test"])).toThrow(TypeError);
    }
  });

  it("has the scope of that host", () => {
    expect(parseGraphEndpoint({ baseUrl: "http://graph.test:4000", allowHttpHosts: ["graph.test"] }).scopes).toEqual([
      "http://graph.test:4000/.default",
    ]);
  });
});

describe("an invalid base URL", () => {
  it.each([
    ["credentials", "https://user:password@graph.microsoft.com"],
    ["a user", "https://graph.microsoft.com@evil.com"],
    ["a query", "https://graph.microsoft.com/?tenant=1"],
    ["a fragment", "https://graph.microsoft.com/#v1.0"],
    ["credentials with a loopback host", "http://user@localhost"],
  ])("is refused: %s", (_, url) => {
    expect(() => baseUrlOf(url)).toThrow(new TypeError("baseUrl must not contain credentials, a query or a fragment"));
  });

  it.each(["", "graph.microsoft.com", "/v1.0", "https://", "//graph.microsoft.com", "https://[::1"])(
    "is refused because it is not absolute: %j",
    (url) => {
      expect(() => baseUrlOf(url)).toThrow(new TypeError("baseUrl must be an absolute URL"));
    },
  );

  it.each(["javascript:alert(1)", "data:text/plain,x", "mailto:a@b.c", "localhost:4000"])(
    "is refused because of its protocol: %s",
    (url) => {
      expect(() => baseUrlOf(url)).toThrow(TypeError);
    },
  );

  it.each(["http://user:hunter2@evil.com", "https://user:hunter2@[::1", "https://user:hunter2@evil.com:99999"])(
    "does not appear with its password in the error: %s",
    (url) => {
      let printed = "nothing was thrown: hunter2";
      try {
        baseUrlOf(url);
      } catch (error) {
        printed = inspect(error, { depth: null, showHidden: true });
      }
      expect(printed).not.toContain("hunter2");
    },
  );
});

describe("scopes", () => {
  it("are used unchanged, also an empty list", () => {
    expect(parseGraphEndpoint({ scopes: ["api://bot/.default"] }).scopes).toEqual(["api://bot/.default"]);
    expect(parseGraphEndpoint({ scopes: [] }).scopes).toEqual([]);
  });
});

describe("types", () => {
  it("are exact", () => {
    expectTypeOf(parseGraphEndpoint({})).toEqualTypeOf<GraphEndpoint>();
    expectTypeOf<GraphEndpoint["scopes"]>().toEqualTypeOf<readonly string[]>();
  });
});
