import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type GraphEndpoint, parseGraphEndpoint } from "./graph-endpoint.ts";

const baseUrlOf = (baseUrl: string, allowHttpHosts?: string[]): string =>
  parseGraphEndpoint({ baseUrl, ...(allowHttpHosts && { allowHttpHosts }) }).baseUrl;

describe("without options", () => {
  it("it is Graph itself, and tokens are for Graph", () => {
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
  ])("may go anywhere: %s", (given, baseUrl) => {
    expect(baseUrlOf(given)).toBe(baseUrl);
  });

  it("asks for tokens of the host that they are for", () => {
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
  ])("may go to this machine: %s", (given) => {
    expect(baseUrlOf(given)).toMatch(/^http:\/\/(localhost|127\.[\d.]+|\[::1\])(:4000)?$/);
  });

  it("to this machine asks for tokens of Graph: the simulator stands in for it", () => {
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
  ])("may not go elsewhere: %s", (given) => {
    expect(() => baseUrlOf(given)).toThrow(TypeError);
  });

  it("never goes to a host that only looks like this machine", () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z]$/);
    const local = fc.constantFrom("localhost", "127.0.0.1", "localhost:80");
    fc.assert(
      fc.property(local, label, fc.constantFrom(".", "-", "/", "@"), (host, other, joint) => {
        const given = joint === "@" ? `http://${host}@${other}` : `http://${other}${joint}${host}.${other}`;
        expect(() => baseUrlOf(given)).toThrow(TypeError);
      }),
    );
  });
});

describe("allowHttpHosts", () => {
  it("names a host with any port, or with one", () => {
    expect(baseUrlOf("http://graph.test:4000", ["graph.test"])).toBe("http://graph.test:4000");
    expect(baseUrlOf("http://graph.test:4000", ["other", "graph.test:4000"])).toBe("http://graph.test:4000");
    expect(baseUrlOf("http://[fd00::1]:4000", ["[fd00::1]"])).toBe("http://[fd00::1]:4000");
  });

  it.each([
    ["another port", ["graph.test:4001"]],
    ["a part of the name", ["test", "graph", ".test"]],
    ["a longer name", ["my.graph.test", "graph.test.example"]],
    ["a pattern", ["*", "*.test", "graph.*"]],
    ["an empty name", [""]],
    ["nothing", []],
  ])("does not open %s", (_, hosts) => {
    expect(() => baseUrlOf("http://graph.test:4000", hosts)).toThrow(
      new TypeError(
        "baseUrl must use https, or http with a loopback host or a host in allowHttpHosts, got http://graph.test:4000",
      ),
    );
  });

  it("opens no other protocol", () => {
    for (const given of ["ftp://graph.test", "ws://graph.test", "file://graph.test/x"]) {
      expect(() => baseUrlOf(given, ["graph.test"])).toThrow(TypeError);
    }
  });

  it("asks for tokens of that host, for it is not known to stand in for Graph", () => {
    expect(parseGraphEndpoint({ baseUrl: "http://graph.test:4000", allowHttpHosts: ["graph.test"] }).scopes).toEqual([
      "http://graph.test:4000/.default",
    ]);
  });
});

describe("what cannot be a base", () => {
  it.each([
    ["credentials", "https://user:password@graph.microsoft.com"],
    ["a user", "https://graph.microsoft.com@evil.com"],
    ["a query", "https://graph.microsoft.com/?tenant=1"],
    ["a fragment", "https://graph.microsoft.com/#v1.0"],
    ["credentials to this machine", "http://user@localhost"],
  ])("is refused: %s", (_, given) => {
    expect(() => baseUrlOf(given)).toThrow(
      new TypeError("baseUrl must not contain credentials, a query or a fragment"),
    );
  });

  it.each(["", "graph.microsoft.com", "/v1.0", "https://", "//graph.microsoft.com", "https://[::1"])(
    "is refused: %j is no absolute URL",
    (given) => {
      expect(() => baseUrlOf(given)).toThrow(new TypeError("baseUrl must be an absolute URL"));
    },
  );

  it.each(["javascript:alert(1)", "data:text/plain,x", "mailto:a@b.c", "localhost:4000"])(
    "is refused: %s has another protocol",
    (given) => {
      expect(() => baseUrlOf(given)).toThrow(TypeError);
    },
  );

  it.each(["http://user:hunter2@evil.com", "https://user:hunter2@[::1", "https://user:hunter2@evil.com:99999"])(
    "is not printed with its password: %s",
    (given) => {
      let printed = "nothing was thrown: hunter2";
      try {
        baseUrlOf(given);
      } catch (error) {
        printed = inspect(error, { depth: null, showHidden: true });
      }
      expect(printed).not.toContain("hunter2");
    },
  );
});

describe("scopes", () => {
  it("are the caller's if given, an empty list too", () => {
    expect(parseGraphEndpoint({ scopes: ["api://bot/.default"] }).scopes).toEqual(["api://bot/.default"]);
    expect(parseGraphEndpoint({ scopes: [] }).scopes).toEqual([]);
  });
});

describe("types", () => {
  it("say what comes out", () => {
    expectTypeOf(parseGraphEndpoint({})).toEqualTypeOf<GraphEndpoint>();
    expectTypeOf<GraphEndpoint["scopes"]>().toEqualTypeOf<readonly string[]>();
  });
});
