import { type KeyObject, sign, verify } from "node:crypto";

/** The signature algorithms of the simulator's tokens. */
type JwtAlgorithm = "RS256" | "ES256";

/** The header of a signed token. */
interface JwtHeader extends Readonly<Record<string, unknown>> {
  alg: JwtAlgorithm;
}

/** Signs claims as a JSON Web Token in compact form. The key must fit the header's `alg`. */
export function signJwt(header: JwtHeader, claims: Readonly<Record<string, unknown>>, privateKey: KeyObject): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), signatureKey(privateKey)).toString("base64url")}`;
}

/** Returns a token without a signature (`alg: none`), which verifiers must reject. */
export function createUnsignedJwt(claims: Readonly<Record<string, unknown>>): string {
  return `${encode({ alg: "none" })}.${encode(claims)}.`;
}

/** Returns the claims of a token that was signed with this key and algorithm; `undefined` for any other text. */
export function verifyJwt(token: string, alg: JwtAlgorithm, publicKey: KeyObject): Record<string, unknown> | undefined {
  const [header = "", claims = "", signature = "", ...more] = token.split(".");
  if (more.length > 0) return undefined;
  const isSigned = verify(
    "sha256",
    Buffer.from(`${header}.${claims}`),
    signatureKey(publicKey),
    Buffer.from(signature, "base64url"),
  );
  // Only tokens of the simulator itself have a valid signature, so their parts are JSON.
  return isSigned && decode(header).alg === alg ? decode(claims) : undefined;
}

/** ES256 signatures are two numbers of fixed length, not DER. RSA ignores the encoding. */
const signatureKey = (key: KeyObject): { key: KeyObject; dsaEncoding: "ieee-p1363" } => ({
  key,
  dsaEncoding: "ieee-p1363",
});

const encode = (part: Readonly<Record<string, unknown>>): string =>
  Buffer.from(JSON.stringify(part)).toString("base64url");

const decode = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
