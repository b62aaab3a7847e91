import { timingSafeEqual } from "node:crypto";
import type { HttpResponse } from "../http/http-listener.ts";
import { ACCESS_TOKEN_LIFETIME_SEC } from "./access-tokens.ts";
import { createTenantNotFound, TokenError } from "./token-error.ts";

/** The credentials of the application that gets tokens. */
export interface Credentials {
  appId: string;
  tenantId: string;
  clientSecret: string;
}

/** A request to the token endpoint. */
interface TokenRequest {
  /** The tenant in the path. */
  tenantId: string;
  authorization: string | undefined;
  form: URLSearchParams;
}

/**
 * Issues a token by the client credentials grant.
 *
 * @throws TokenError
 */
export async function handleTokenRequest(
  request: TokenRequest,
  credentials: Credentials,
  issue: (audience: string) => string,
): Promise<HttpResponse> {
  const audience = checkTokenRequest(request, credentials);
  // The real endpoint also reports one second less than the lifetime of the token.
  const expiresInSec = ACCESS_TOKEN_LIFETIME_SEC - 1;
  const access_token = issue(audience);
  return {
    status: 200,
    headers: { "Cache-Control": "no-store, no-cache", Pragma: "no-cache" },
    body: { token_type: "Bearer", expires_in: expiresInSec, ext_expires_in: expiresInSec, access_token },
  };
}

/**
 * Returns the OpenID configuration of the tenant, which leads clients from the authority to the token endpoint. MSAL and
 * Azure's credentials read it.
 *
 * @param tenantUrl The authority: `https://host/{tenant}`.
 */
export function createTenantConfiguration(tenantUrl: string): Record<string, unknown> {
  return {
    issuer: `${tenantUrl}/v2.0`,
    authorization_endpoint: `${tenantUrl}/oauth2/v2.0/authorize`,
    token_endpoint: `${tenantUrl}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    jwks_uri: `${tenantUrl}/discovery/v2.0/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}

/** @returns the audience of the token that is to be issued. */
function checkTokenRequest({ tenantId, authorization, form }: TokenRequest, credentials: Credentials): string {
  const basic = parseBasicCredentials(authorization);
  const clientId = form.get("client_id") ?? basic?.id;
  const secret = form.get("client_secret") ?? basic?.secret;
  const scope = form.get("scope");
  const grant = form.get("grant_type");
  if (!isSameId(tenantId, credentials.tenantId)) throw createTenantNotFound("invalid_request", tenantId);
  if (!grant) throw createMissingParameter("grant_type");
  if (grant !== "client_credentials") {
    throw new TokenError(400, "unsupported_grant_type", {
      aadsts: 70003,
      text: "The app requested an unsupported grant type.",
    });
  }
  if (!clientId) throw createMissingParameter("client_id");
  if (!scope) throw createMissingParameter("scope");
  if (!isSameId(clientId, credentials.appId)) {
    throw new TokenError(400, "unauthorized_client", {
      aadsts: 700016,
      text: `Application with identifier '${clientId}' was not found in the directory '${tenantId}'.`,
    });
  }
  if (!secret) {
    throw new TokenError(401, "invalid_client", {
      aadsts: 7000216,
      text: "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    });
  }
  if (!isSameSecret(secret, credentials.clientSecret)) {
    throw new TokenError(401, "invalid_client", { aadsts: 7000215, text: "Invalid client secret provided." });
  }
  const audience = /^(\S+)\/\.default$/.exec(scope)?.[1];
  if (audience === undefined) {
    throw new TokenError(400, "invalid_scope", {
      aadsts: 1002012,
      text: "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.",
    });
  }
  return audience;
}

const createMissingParameter = (parameter: string): TokenError =>
  new TokenError(400, "invalid_request", {
    aadsts: 900144,
    text: `The request body must contain the following parameter: '${parameter}'.`,
  });

function parseBasicCredentials(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { id: decodeFormValue(id), secret: decodeFormValue(secret.join(":")) };
}

/** OAuth requires form encoding inside Basic, but some clients do not encode. */
function decodeFormValue(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** Whether two ids of tenants or applications are equal, ignoring letter case. */
export const isSameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function isSameSecret(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
