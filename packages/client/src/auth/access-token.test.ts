import type { AuthenticationProvider as GraphClientProvider } from "@microsoft/microsoft-graph-client";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type AuthenticationProvider,
  type Credential,
  createTokenSource,
  type TokenCredential,
  type TokenRequest,
  type TokenSource,
} from "./access-token.ts";

const SCOPES = ["https://graph.microsoft.com/.default"];

/** A token source whose credential returns any value. */
const sourceOf = (credential: (request: TokenRequest) => unknown): TokenSource =>
  createTokenSource(credential as (request: TokenRequest) => Promise<string>, SCOPES);

/** Like the classes of `@azure/identity`: `getToken` needs its `this`. */
class AzureCredential implements TokenCredential {
  readonly #token: string | null;
  readonly calls: unknown[] = [];

  constructor(token: string | null) {
    this.#token = token;
  }

  async getToken(...parameters: unknown[]): Promise<{ token: string; expiresOnTimestamp: number } | null> {
    this.calls.push(...parameters);
    return this.#token === null ? null : { token: this.#token, expiresOnTimestamp: 0 };
  }
}

/** Like providers that bots write for graph-client. */
class GraphProvider implements GraphClientProvider {
  readonly #token = "provided";
  readonly calls: unknown[] = [];

  async getAccessToken(...parameters: unknown[]): Promise<string> {
    this.calls.push(...parameters);
    return this.#token;
  }
}

describe("a function as credential", () => {
  it("is called with the tenant and the claims of each request", async () => {
    const calls: TokenRequest[] = [];
    const tokens = sourceOf(async (request) => {
      calls.push(request);
      return `token-${calls.length}`;
    });
    expect(await tokens({ tenantId: "t", claims: "{}" })).toBe("token-1");
    expect(await tokens({})).toBe("token-2");
    expect(calls).toEqual([{ tenantId: "t", claims: "{}" }, {}]);
  });

  it("may return its token synchronously", async () => {
    expect(await sourceOf(() => "at-once")({})).toBe("at-once");
  });
});

describe("a TokenCredential", () => {
  it("is called as a method, with the scopes, the tenant and the claims", async () => {
    const credential = new AzureCredential("azure");
    const tokens = createTokenSource(credential, SCOPES);
    expect(await tokens({ tenantId: "t", claims: "{}" })).toBe("azure");
    expect(credential.calls).toEqual([SCOPES, { tenantId: "t", claims: "{}" }]);
  });

  it("cannot change the scopes of the next request", async () => {
    const scopesSeen: unknown[] = [];
    const credential: TokenCredential = {
      async getToken(scopes) {
        scopesSeen.push([...scopes]);
        (scopes as string[]).push("more");
        return { token: "x" };
      },
    };
    const tokens = createTokenSource(credential, SCOPES);
    await tokens({});
    await tokens({});
    expect(scopesSeen).toEqual([SCOPES, SCOPES]);
  });

  it.each([null, undefined, {}, { token: null }, { token: "" }, { token: 1 }, []])(
    "fails if it returns %j",
    async (answer) => {
      const credential = { getToken: async () => answer } as unknown as TokenCredential;
      await expect(createTokenSource(credential, SCOPES)({})).rejects.toMatchObject({ code: "token_unavailable" });
    },
  );

  it("takes precedence if an object is also an AuthenticationProvider", async () => {
    const both = { getToken: async () => ({ token: "azure" }), getAccessToken: async () => "graph" };
    expect(await createTokenSource(both, SCOPES)({})).toBe("azure");
  });
});

describe("an AuthenticationProvider of graph-client", () => {
  it("is called as a method, with the scopes", async () => {
    const provider = new GraphProvider();
    expect(await createTokenSource(provider, SCOPES)({ tenantId: "t" })).toBe("provided");
    expect(provider.calls).toEqual([{ scopes: SCOPES }]);
  });
});

describe("a credential that fails", () => {
  it.each([
    ["an Error", new Error("no network")],
    ["a string", "no network"],
    ["undefined", undefined],
    ["null", null],
    ["an object", { reason: "no network" }],
  ])("rejects with token_unavailable and the cause, here %s", async (_, thrown) => {
    const rejecting = sourceOf(() => Promise.reject(thrown));
    const throwing = sourceOf(() => {
      throw thrown;
    });
    for (const tokens of [rejecting, throwing]) {
      const error = await tokens({}).catch((error: unknown) => error);
      expect(error).toMatchObject({ name: "DtmfError", code: "token_unavailable" });
      expect((error as Error).cause).toBe(thrown);
    }
  });

  it("rejects if reading its result throws", async () => {
    const answer = {
      get token(): string {
        throw new Error("expired");
      },
    };
    const tokens = createTokenSource({ getToken: async () => answer }, SCOPES);
    await expect(tokens({})).rejects.toMatchObject({ code: "token_unavailable", cause: { message: "expired" } });
  });
});

describe("an invalid bearer token", () => {
  it.each([
    ["null", null, "null"],
    ["undefined", undefined, "undefined"],
    ["a number", 7, "number"],
    ["an object", { token: "x" }, "object"],
    ["an empty string", "", "a malformed string"],
    ["a string with a space", "two words", "a malformed string"],
    ["a string that ends with a newline", "token\n", "a malformed string"],
    ["a string with another header", "token\r\nx-injected: 1", "a malformed string"],
    ["a string that starts with Bearer", "Bearer token", "a malformed string"],
    ["a string with non-ASCII letters", "tokén", "a malformed string"],
  ])("is refused: %s", async (_, token, kind) => {
    await expect(sourceOf(async () => token)({})).rejects.toMatchObject({
      code: "token_unavailable",
      message: `expected a bearer token from the credential, got ${kind}`,
    });
  });

  it("never appears in the message", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 8, unit: "binary-ascii" }), async (secret) => {
        const token = await sourceOf(async () => secret)({}).catch((error: unknown) => error);
        if (token === secret) expect(secret).toMatch(/^[\x21-\x7e]+$/);
        else expect((token as Error).message).not.toContain(secret);
      }),
    );
  });

  it("is not a JWT or an opaque token: these are accepted", async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[A-Za-z0-9._~+/-]+=*$/), async (token) => {
        expect(await sourceOf(async () => token)({})).toBe(token);
      }),
    );
  });
});

describe("an invalid credential", () => {
  it.each([undefined, null, "token", 1, {}, { getToken: "token" }, { getAccessToken: true }, []])(
    "is a TypeError: %j",
    (credential) => {
      expect(() => createTokenSource(credential as unknown as Credential, SCOPES)).toThrow(TypeError);
    },
  );
});

describe("types", () => {
  it("accept the credentials of both libraries and nothing else", () => {
    expectTypeOf<GraphClientProvider>().toExtend<Credential>();
    expectTypeOf<AzureCredential>().toExtend<Credential>();
    expectTypeOf<AuthenticationProvider>().toExtend<Credential>();
    expectTypeOf<() => Promise<string>>().toExtend<Credential>();
    expectTypeOf<string>().not.toExtend<Credential>();
    expectTypeOf<Credential>().not.toBeAny();
    expectTypeOf<ReturnType<TokenSource>>().toEqualTypeOf<Promise<string>>();
    // @ts-expect-error: a token is a text.
    createTokenSource(async () => 1, SCOPES);
  });
});
