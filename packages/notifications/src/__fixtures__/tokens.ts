import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { exportJWK, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from "jose";

export const APP_ID = "2b1c0d9e-8f7a-4b6c-9d5e-4f3a2b1c0d9e";
export const TENANT_ID = "6a0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d";

/** A key pair and its published form. */
export interface TestKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  jwk: JWK;
}

/** Creates a key pair, published as the calling service does: without `alg`. */
export async function createKey(kid: string, modulusLength = 2048): Promise<TestKey> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
  const jwk = { ...(await exportJWK(publicKey)), kid, use: "sig", x5t: kid };
  return { kid, privateKey, publicKey, jwk };
}

/**
 * Claims as the calling service sets them at `nowMs`: without `iat`, valid for five minutes. Each call has another
 * `jti`.
 */
export function claimsAt(nowMs: number): JWTPayload {
  const now = Math.floor(nowMs / 1000);
  return {
    tid: TENANT_ID,
    appid: "26a18ebc-cdf7-4a6a-91cb-beb352805e81",
    nbf: now,
    exp: now + 300,
    iss: "https://api.botframework.com",
    aud: APP_ID,
    jti: randomUUID(),
  };
}

/** Signs a token as the calling service does, with `cty`, although the token is not nested. */
export function sign(key: TestKey, claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: key.kid, typ: "JWT", x5t: key.kid, cty: "JWT", ...header })
    .sign(key.privateKey);
}

/** Copies `claims` without the named ones. */
export function without(claims: JWTPayload, ...names: string[]): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

/** Encodes one part of a token. */
export function encodePart(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
