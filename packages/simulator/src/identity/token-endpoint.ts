import { timingSafeEqual } from "node:crypto";
import type { Answer } from "../http/http-listener.ts";
import { ACCESS_TOKEN_LIFETIME_SEC } from "./access-tokens.ts";
import { TokenRefusal, tenantNotFound } from "./token-refusal.ts";

/** Who may have a token. */
export interface Credentials {
  appId: string;
  tenantId: string;
  clientSecret: string;
}

/** What came to the token endpoint. */
export interface TokenRequest {
  /** From the path. */
  tenantId: string;
  authorization: string | undefined;
  form: URLSearchParams;
}

/**
 * The client credentials grant: form in, token out.
 *
 * @throws TokenRefusal
 */
export async function answerTokenRequest(
  request: TokenRequest,
  credentials: Credentials,
  issue: (audience: string) => string,
): Promise<Answer> {
  const audience = checkTokenRequest(request, credentials);
  // One less than it lives, as the real endpoint says.
  const lifeSec = ACCESS_TOKEN_LIFETIME_SEC - 1;
  const access_token = issue(audience);
  return {
    status: 200,
    headers: { "Cache-Control": "no-store, no-cache", Pragma: "no-cache" },
    body: { token_type: "Bearer", expires_in: lifeSec, ext_expires_in: lifeSec, access_token },
  };
}

/** @returns the audience of the token that is to be issued. */
function checkTokenRequest({ tenantId, authorization, form }: TokenRequest, credentials: Credentials): string {
  const basic = basicCredentials(authorization);
  const clientId = form.get("client_id") ?? basic?.id;
  const secret = form.get("client_secret") ?? basic?.secret;
  const scope = form.get("scope");
  const grant = form.get("grant_type");
  if (!sameId(tenantId, credentials.tenantId)) throw tenantNotFound("invalid_request", tenantId);
  if (!grant) throw missing("grant_type");
  if (grant !== "client_credentials") {
    throw new TokenRefusal(400, "unsupported_grant_type", {
      aadsts: 70003,
      text: "The app requested an unsupported grant type.",
    });
  }
  if (!clientId) throw missing("client_id");
  if (!scope) throw missing("scope");
  if (!sameId(clientId, credentials.appId)) {
    throw new TokenRefusal(400, "unauthorized_client", {
      aadsts: 700016,
      text: `Application with identifier '${clientId}' was not found in the directory '${tenantId}'.`,
    });
  }
  if (!secret) {
    throw new TokenRefusal(401, "invalid_client", {
      aadsts: 7000216,
      text: "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    });
  }
  if (!sameSecret(secret, credentials.clientSecret)) {
    throw new TokenRefusal(401, "invalid_client", { aadsts: 7000215, text: "Invalid client secret provided." });
  }
  const audience = /^(\S+)\/\.default$/.exec(scope)?.[1];
  if (audience === undefined) {
    throw new TokenRefusal(400, "invalid_scope", {
      aadsts: 1002012,
      text: "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.",
    });
  }
  return audience;
}

const missing = (parameter: string): TokenRefusal =>
  new TokenRefusal(400, "invalid_request", {
    aadsts: 900144,
    text: `The request body must contain the following parameter: '${parameter}'.`,
  });

function basicCredentials(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { id: unescaped(id), secret: unescaped(secret.join(":")) };
}

/** OAuth asks for form encoding inside Basic; not everybody does it. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** Ids of tenants and applications, in any letter case. */
export const sameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function sameSecret(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
