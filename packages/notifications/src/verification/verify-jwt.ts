import { Buffer } from "node:buffer";
import { constants, verify } from "node:crypto";
import { type Clock, DtmfError } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import { NotificationAuthenticationError } from "./errors.ts";
import type { SigningKey } from "./jwks.ts";
import type { JwksCache } from "./jwks-cache.ts";
import type { VerifiedSender } from "./notification-verifier.ts";

/** The expected claims, in addition to the signature. */
export interface VerifyJwtOptions {
  audience: readonly string[];
  issuers: readonly string[];
  /** In lower case. */
  tenantIds: ReadonlySet<string> | "any";
  toleranceSec: number;
  keys: JwksCache;
  clock: Clock;
}

/** A token with a valid signature and valid claims. */
export interface VerifiedToken {
  /** Resolved already. All requests with the token share it. */
  sender: Promise<VerifiedSender>;
  /** The key that signed it. The token is invalid once the key is no longer published. */
  key: SigningKey;
  /** Milliseconds since 1970, including the tolerance. */
  expiresAtMs: number;
}

/**
 * Verifies the signature and the claims of a token.
 *
 * Only the algorithm and the key id of the header are used. Keys that it embeds or links are ignored, and so is `cty`,
 * which the calling service sets although its tokens are not nested.
 *
 * @param token Three parts in base64url.
 * @throws NotificationAuthenticationError, KeysUnavailableError
 */
export async function verifyJwt(token: string, options: VerifyJwtOptions): Promise<VerifiedToken> {
  try {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const key = await findKey(decodeJson(header), options.keys);
    const signed = Buffer.from(`${header}.${payload}`, "latin1");
    const publicKey = { key: key.key, padding: constants.RSA_PKCS1_PADDING };
    if (!verify("sha256", signed, publicKey, decodeBase64url(signature))) {
      throw new NotificationAuthenticationError("signature");
    }
    const claims = decodeJson(payload);
    const { tenantId, expiresAtSec } = checkClaims(claims, options);
    return {
      sender: Promise.resolve(Object.freeze({ tenantId, claims: Object.freeze(claims) })),
      key,
      expiresAtMs: expiresAtSec * 1000,
    };
  } catch (cause) {
    if (cause instanceof DtmfError) throw cause;
    throw new NotificationAuthenticationError("malformed", { cause });
  }
}

async function findKey({ alg, crit, kid }: Readonly<Record<string, unknown>>, keys: JwksCache): Promise<SigningKey> {
  // RFC 7515, section 4.1.11: a token with an unsupported critical extension is invalid. No extension is supported here.
  if (typeof alg !== "string" || crit !== undefined) throw new NotificationAuthenticationError("malformed");
  if (alg !== "RS256") throw new NotificationAuthenticationError("algorithm");
  const key = typeof kid === "string" ? await keys.find(kid) : undefined;
  if (!key) throw new NotificationAuthenticationError("unknownKey");
  return key;
}

/**
 * Checks issuer, audience, times and tenant. `nbf` and `exp` are required.
 *
 * @returns the tenant in lower case, and the expiry in seconds since 1970, including the tolerance.
 */
function checkClaims(
  { iss, aud, tid, iat, nbf, exp }: Readonly<Record<string, unknown>>,
  { issuers, audience, tenantIds, toleranceSec, clock }: VerifyJwtOptions,
): { tenantId: string; expiresAtSec: number } {
  const nowSec = Math.floor(clock.now() / 1000);
  if (!includes(issuers, iss)) throw new NotificationAuthenticationError("issuer");
  const isForThisBot = Array.isArray(aud) ? aud.some((one) => includes(audience, one)) : includes(audience, aud);
  if (!isForThisBot) throw new NotificationAuthenticationError("audience");
  if (typeof nbf !== "number" || typeof exp !== "number" || (iat !== undefined && typeof iat !== "number")) {
    throw new NotificationAuthenticationError("malformed");
  }
  if (nbf > nowSec + toleranceSec) throw new NotificationAuthenticationError("notYetValid");
  if (exp <= nowSec - toleranceSec) throw new NotificationAuthenticationError("expired");
  const tenantId = typeof tid === "string" ? tid.toLowerCase() : "";
  if (tenantId === "" || (tenantIds !== "any" && !tenantIds.has(tenantId))) {
    throw new NotificationAuthenticationError("tenant");
  }
  return { tenantId, expiresAtSec: exp + toleranceSec };
}

function includes(texts: readonly string[], value: unknown): boolean {
  return typeof value === "string" && texts.includes(value);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decodeBase64url(text: string): Buffer {
  // Buffer.from ignores a surplus character.
  if (text.length % 4 === 1) throw new TypeError("expected base64url, got one character too many");
  return Buffer.from(text, "base64url");
}

function decodeJson(part: string): Record<string, unknown> {
  const value: unknown = JSON.parse(utf8.decode(decodeBase64url(part)));
  if (!isRecord(value)) throw new TypeError("expected a JSON object in the token, got another type");
  return value;
}
