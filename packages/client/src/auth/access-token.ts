import { DtmfError } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";

/** The request for one token, as a credential function receives it. */
export interface TokenRequest {
  /** The tenant of the call, for bots that serve several tenants. */
  tenantId?: string;
  /** The claims of a challenge from Graph, as JSON. */
  claims?: string;
}

/** A credential of `@azure/identity`: the part of its interface that the client uses. */
export interface TokenCredential {
  getToken(
    scopes: string | string[],
    options?: { tenantId?: string; claims?: string },
  ): Promise<{ token: string } | null>;
}

/**
 * An authentication provider of `@microsoft/microsoft-graph-client`: the part of its interface that the client uses.
 * It supports neither tenants nor claims.
 */
export interface AuthenticationProvider {
  getAccessToken(options?: { scopes?: string[] }): Promise<string>;
}

/**
 * A source of access tokens: a credential of `@azure/identity`, an authentication provider of graph-client, or a
 * function. It is called before every request, so it should cache its tokens.
 */
export type Credential = TokenCredential | AuthenticationProvider | ((request: TokenRequest) => Promise<string>);

/** Returns an access token for one request. */
export type TokenSource = (request: TokenRequest) => Promise<string>;

/** The characters that may follow `Bearer ` in a header. */
const BEARER_TOKEN = /^[A-Za-z0-9._~+/=-]+$/;

/**
 * Creates a token source from any kind of credential.
 *
 * If the credential fails, the promise of the token source rejects with code `token_unavailable` and the failure as `cause`.
 *
 * @throws TypeError if the value is not a credential.
 */
export function createTokenSource(credential: Credential, scopes: readonly string[]): TokenSource {
  const requestToken = toTokenRequester(credential, scopes);
  return async (request) => {
    let token: unknown;
    try {
      token = await requestToken(request);
    } catch (cause) {
      throw new DtmfError("token_unavailable", "the credential failed to provide a token: see the cause", { cause });
    }
    if (typeof token === "string" && BEARER_TOKEN.test(token)) return token;
    throw new DtmfError(
      "token_unavailable",
      `expected a bearer token from the credential, got ${describeToken(token)}`,
    );
  };
}

function toTokenRequester(credential: unknown, scopes: readonly string[]): (request: TokenRequest) => Promise<unknown> {
  if (typeof credential === "function") return (request) => credential(request);
  if (hasMethod(credential, "getToken")) {
    return async (request) => {
      const result = await credential.getToken([...scopes], request);
      return isRecord(result) ? result.token : result;
    };
  }
  if (hasMethod(credential, "getAccessToken")) return () => credential.getAccessToken({ scopes: [...scopes] });
  throw new TypeError(
    "credential must be a function, a TokenCredential (getToken) or an AuthenticationProvider (getAccessToken)",
  );
}

function hasMethod<Name extends string>(
  value: unknown,
  name: Name,
): value is Record<Name, (...parameters: unknown[]) => Promise<unknown>> {
  return typeof value === "object" && value !== null && typeof (value as Record<Name, unknown>)[name] === "function";
}

function describeToken(token: unknown): string {
  return typeof token === "string" ? "a malformed string" : token === null ? "null" : typeof token;
}
