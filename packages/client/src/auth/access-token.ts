import { DtmfError } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";

/** What a token is asked for. */
export interface TokenRequest {
  /** The tenant of the call, where the bot serves several. */
  tenantId?: string;
  /** The claims of a challenge, as Graph sent them. */
  claims?: string;
}

/** A credential of `@azure/identity`, as far as we call it. */
export interface TokenCredential {
  getToken(
    scopes: string | string[],
    options?: { tenantId?: string; claims?: string },
  ): Promise<{ token: string } | null>;
}

/** An authentication provider of `@microsoft/microsoft-graph-client`, as far as we call it. It knows nothing of tenants or claims. */
export interface AuthenticationProvider {
  getAccessToken(options?: { scopes?: string[] }): Promise<string>;
}

/** Where tokens come from: Azure's credentials, graph-client's providers, or a function. It is asked before every request. */
export type Credential = TokenCredential | AuthenticationProvider | ((request: TokenRequest) => Promise<string>);

/** Gets a token for one request. */
export type TokenSource = (request: TokenRequest) => Promise<string>;

/** What may stand in a header after `Bearer `. */
const BEARER = /^[A-Za-z0-9._~+/=-]+$/;

/**
 * Makes one source of any credential.
 *
 * Its promise rejects with code `token_unavailable`, and the cause, whatever goes wrong with the credential.
 *
 * @throws TypeError if it is no credential.
 */
export function createTokenSource(credential: Credential, scopes: readonly string[]): TokenSource {
  const ask = asker(credential, scopes);
  return async (request) => {
    let token: unknown;
    try {
      token = await ask(request);
    } catch (cause) {
      throw new DtmfError("token_unavailable", "the credential gave no token: it failed", { cause });
    }
    if (typeof token === "string" && BEARER.test(token)) return token;
    throw new DtmfError(
      "token_unavailable",
      `the credential gave no token: expected a bearer token, got ${kindOf(token)}`,
    );
  };
}

function asker(credential: unknown, scopes: readonly string[]): (request: TokenRequest) => Promise<unknown> {
  if (typeof credential === "function") return (request) => credential(request);
  if (hasMethod(credential, "getToken")) {
    return async (request) => {
      const answer = await credential.getToken([...scopes], request);
      return isRecord(answer) ? answer.token : answer;
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
): value is Record<Name, (...given: unknown[]) => Promise<unknown>> {
  return typeof value === "object" && value !== null && typeof (value as Record<Name, unknown>)[name] === "function";
}

function kindOf(token: unknown): string {
  return typeof token === "string" ? "a text that is none" : token === null ? "null" : typeof token;
}
