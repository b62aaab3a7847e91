import { randomUUID, timingSafeEqual } from "node:crypto";
import { ACCESS_TOKEN_LIFE_SEC } from "./access-tokens.ts";
import type { Answer } from "./answer.ts";

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
  nowMs: number;
}

/** Why there is no token, in the words of the token endpoint: another shape than Graph's. */
class Refusal extends Error {
  readonly status: number;
  readonly error: string;
  readonly aadsts: number;

  constructor(status: number, error: string, { aadsts, text }: { aadsts: number; text: string }) {
    super(`AADSTS${aadsts}: ${text}`);
    this.status = status;
    this.error = error;
    this.aadsts = aadsts;
  }
}

/** The client credentials grant: form in, token out. */
export async function answerTokenRequest(
  request: TokenRequest,
  credentials: Credentials,
  issue: (audience: string) => Promise<string>,
): Promise<Answer> {
  try {
    const audience = checkTokenRequest(request, credentials);
    // One less than it lives, as the real endpoint says.
    const lifeSec = ACCESS_TOKEN_LIFE_SEC - 1;
    const access_token = await issue(audience);
    return {
      status: 200,
      headers: { "Cache-Control": "no-store, no-cache", Pragma: "no-cache" },
      body: { token_type: "Bearer", expires_in: lifeSec, ext_expires_in: lifeSec, access_token },
    };
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error, request.nowMs);
    throw error;
  }
}

/** @returns the audience of the token that is to be issued. */
function checkTokenRequest({ tenantId, authorization, form }: TokenRequest, credentials: Credentials): string {
  const basic = basicCredentials(authorization);
  const clientId = form.get("client_id") ?? basic?.id;
  const secret = form.get("client_secret") ?? basic?.secret;
  const scope = form.get("scope");
  const grant = form.get("grant_type");
  if (!sameId(tenantId, credentials.tenantId)) {
    throw new Refusal(400, "invalid_request", { aadsts: 90002, text: `Tenant '${tenantId}' not found.` });
  }
  if (!grant) throw missing("grant_type");
  if (grant !== "client_credentials") {
    throw new Refusal(400, "unsupported_grant_type", {
      aadsts: 70003,
      text: "The app requested an unsupported grant type.",
    });
  }
  if (!clientId) throw missing("client_id");
  if (!scope) throw missing("scope");
  if (!sameId(clientId, credentials.appId)) {
    throw new Refusal(400, "unauthorized_client", {
      aadsts: 700016,
      text: `Application with identifier '${clientId}' was not found in the directory '${tenantId}'.`,
    });
  }
  if (!secret) {
    throw new Refusal(401, "invalid_client", {
      aadsts: 7000216,
      text: "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    });
  }
  if (!sameSecret(secret, credentials.clientSecret)) {
    throw new Refusal(401, "invalid_client", { aadsts: 7000215, text: "Invalid client secret provided." });
  }
  const audience = /^(\S+)\/\.default$/.exec(scope)?.[1];
  if (audience === undefined) {
    throw new Refusal(400, "invalid_scope", {
      aadsts: 1002012,
      text: "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.",
    });
  }
  return audience;
}

const missing = (parameter: string): Refusal =>
  new Refusal(400, "invalid_request", {
    aadsts: 900144,
    text: `The request body must contain the following parameter: '${parameter}'.`,
  });

function refusalAnswer({ status, error, aadsts, message }: Refusal, nowMs: number): Answer {
  const timestamp = new Date(nowMs).toISOString().replace("T", " ").replace(/\.\d+/, "");
  const trace_id = randomUUID();
  const correlation_id = randomUUID();
  return {
    status,
    headers: { "Cache-Control": "no-store, no-cache", Pragma: "no-cache" },
    body: {
      error,
      error_description: `${message} Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`,
      error_codes: [aadsts],
      timestamp,
      trace_id,
      correlation_id,
      error_uri: `https://login.microsoftonline.com/error?code=${aadsts}`,
    },
  };
}

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

const sameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function sameSecret(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
