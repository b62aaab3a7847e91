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

/** A source whose credential gives whatever a program without types could give. */
const sourceOf = (give: (request: TokenRequest) => unknown): TokenSource =>
  createTokenSource(give as (request: TokenRequest) => Promise<string>, SCOPES);

/** As `@azure/identity` makes them: a class whose `getToken` needs its `this`. */
class AzureCredential implements TokenCredential {
  readonly #token: string | null;
  readonly asked: unknown[] = [];

  constructor(token: string | null) {
    this.#token = token;
  }

  async getToken(...asked: unknown[]): Promise<{ token: string; expiresOnTimestamp: number } | null> {
    this.asked.push(...asked);
    return this.#token === null ? null : { token: this.#token, expiresOnTimestamp: 0 };
  }
}

/** As bots write them for graph-client. */
class GraphProvider implements GraphClientProvider {
  readonly #token = "provided";
  readonly asked: unknown[] = [];

  async getAccessToken(...asked: unknown[]): Promise<string> {
    this.asked.push(...asked);
    return this.#token;
  }
}

describe("a function as credential", () => {
  it("is asked with the tenant and the claims of the request, each time anew", async () => {
    const asked: TokenRequest[] = [];
    const tokens = sourceOf(async (request) => {
      asked.push(request);
      return `token-${asked.length}`;
    });
    expect(await tokens({ tenantId: "t", claims: "{}" })).toBe("token-1");
    expect(await tokens({})).toBe("token-2");
    expect(asked).toEqual([{ tenantId: "t", claims: "{}" }, {}]);
  });

  it("may give its token at once", async () => {
    expect(await sourceOf(() => "at-once")({})).toBe("at-once");
  });
});

describe("a TokenCredential", () => {
  it("is called as a method, with the scopes, the tenant and the claims", async () => {
    const credential = new AzureCredential("azure");
    const tokens = createTokenSource(credential, SCOPES);
    expect(await tokens({ tenantId: "t", claims: "{}" })).toBe("azure");
    expect(credential.asked).toEqual([SCOPES, { tenantId: "t", claims: "{}" }]);
  });

  it("cannot change the scopes of the next request", async () => {
    const seen: unknown[] = [];
    const credential: TokenCredential = {
      async getToken(scopes) {
        seen.push([...scopes]);
        (scopes as string[]).push("more");
        return { token: "x" };
      },
    };
    const tokens = createTokenSource(credential, SCOPES);
    await tokens({});
    await tokens({});
    expect(seen).toEqual([SCOPES, SCOPES]);
  });

  it.each([null, undefined, {}, { token: null }, { token: "" }, { token: 1 }, []])(
    "that answers %j gave no token",
    async (answer) => {
      const credential = { getToken: async () => answer } as unknown as TokenCredential;
      await expect(createTokenSource(credential, SCOPES)({})).rejects.toMatchObject({ code: "token_unavailable" });
    },
  );

  it("is preferred where an object is an AuthenticationProvider too", async () => {
    const both = { getToken: async () => ({ token: "azure" }), getAccessToken: async () => "graph" };
    expect(await createTokenSource(both, SCOPES)({})).toBe("azure");
  });
});

describe("an AuthenticationProvider of graph-client", () => {
  it("is called as a method, with the scopes", async () => {
    const provider = new GraphProvider();
    expect(await createTokenSource(provider, SCOPES)({ tenantId: "t" })).toBe("provided");
    expect(provider.asked).toEqual([{ scopes: SCOPES }]);
  });
});

describe("a credential that fails", () => {
  it.each([
    ["an Error", new Error("no network")],
    ["a text", "no network"],
    ["undefined", undefined],
    ["null", null],
    ["an object", { reason: "no network" }],
  ])("rejects with token_unavailable and keeps the cause, also if that is %s", async (_, thrown) => {
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

  it("rejects also where reading its answer throws", async () => {
    const answer = {
      get token(): string {
        throw new Error("expired");
      },
    };
    const tokens = createTokenSource({ getToken: async () => answer }, SCOPES);
    await expect(tokens({})).rejects.toMatchObject({ code: "token_unavailable", cause: { message: "expired" } });
  });
});

describe("what is no bearer token", () => {
  it.each([
    ["null", null, "null"],
    ["undefined", undefined, "undefined"],
    ["a number", 7, "number"],
    ["an object", { token: "x" }, "object"],
    ["an empty text", "", "a malformed string"],
    ["a text with a space", "two words", "a malformed string"],
    ["one that ends with a newline", "token\n", "a malformed string"],
    ["one that starts a header of its own", "token\r\nx-injected: 1", "a malformed string"],
    ["one that says Bearer itself", "Bearer token", "a malformed string"],
    ["letters that no header takes", "tokén", "a malformed string"],
  ])("is refused: %s", async (_, given, kind) => {
    await expect(sourceOf(async () => given)({})).rejects.toMatchObject({
      code: "token_unavailable",
      message: `expected a bearer token from the credential, got ${kind}`,
    });
  });

  it("is never in the message, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 8, unit: "binary-ascii" }), async (secret) => {
        const given = await sourceOf(async () => secret)({}).catch((error: unknown) => error);
        if (given === secret) expect(secret).toMatch(/^[\x21-\x7e]+$/);
        else expect((given as Error).message).not.toContain(secret);
      }),
    );
  });

  it("is not what tokens look like: JWTs and opaque tokens pass as they are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[A-Za-z0-9._~+/-]+=*$/), async (token) => {
        expect(await sourceOf(async () => token)({})).toBe(token);
      }),
    );
  });
});

describe("what is no credential", () => {
  it.each([undefined, null, "token", 1, {}, { getToken: "token" }, { getAccessToken: true }, []])(
    "is a TypeError at once: %j",
    (credential) => {
      expect(() => createTokenSource(credential as unknown as Credential, SCOPES)).toThrow(TypeError);
    },
  );
});

describe("types", () => {
  it("take what the two libraries make, and nothing else", () => {
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
