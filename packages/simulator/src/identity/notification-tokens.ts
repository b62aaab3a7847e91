import { type JsonWebKey, randomUUID } from "node:crypto";
import type { Clock } from "@graph-dtmf/models";
import type { TokenFault } from "../faults/fault.ts";
import { createUnsignedJwt, signJwt } from "./jwt.ts";
import { generateSigningKey, type SigningKey } from "./signing-key.ts";

/** The lifetime of a token, as in a real token of 2022. */
const LIFETIME_SEC = 300;
/** The application id of the Skype Teams Calling API Service, which sends the notifications. */
const CALLING_SERVICE_APP_ID = "26a18ebc-cdf7-4a6a-91cb-beb352805e81";
const ISSUER = "https://api.botframework.com";

/** A flaw of a notification's token. */
export type TokenFlaw = TokenFault["token"];

interface TimedClaims extends Record<string, unknown> {
  nbf: number;
  exp: number;
}

/** Issues the tokens of notifications and publishes the keys that verify them. */
export class NotificationTokens {
  readonly #clock: Clock;
  readonly #recipient: { appId: string; tenantId: string };
  #keys: [SigningKey, ...SigningKey[]];
  #lastToken: { nbf: number; kid: string; token: string } | undefined;

  constructor(clock: Clock, recipient: { appId: string; tenantId: string }, key: SigningKey) {
    this.#clock = clock;
    this.#recipient = recipient;
    this.#keys = [key];
  }

  /** Issues a token with the properties of a real one: no `iat`, and a `cty` that wrongly marks it as nested. */
  sign(claims: Readonly<Record<string, unknown>> = {}): string {
    return this.#signWith(this.#keys[0], claims);
  }

  /** Returns the Authorization header of a notification; `undefined` for the flaw `missing`. */
  async authorization(flaw?: TokenFlaw): Promise<string | undefined> {
    if (flaw === "missing") return undefined;
    if (flaw === "algNone") return `Bearer ${createUnsignedJwt(this.#claims())}`;
    // Another key with the kid of the current one.
    if (flaw === "wrongKey")
      return `Bearer ${this.#signWith({ ...(await generateSigningKey()), kid: this.#keys[0].kid }, {})}`;
    return `Bearer ${flaw ? this.sign(createFlawedClaims(flaw, this.#claims())) : this.#signCached()}`;
  }

  /** Signs with a new key from now on. With `keepPrevious` the previous keys stay published, as in the real service for some time. */
  async rotate({ keepPrevious }: { keepPrevious: boolean }): Promise<void> {
    const key = await generateSigningKey();
    this.#keys = [key, ...(keepPrevious ? this.#keys : [])];
  }

  /** Returns the token of the current second. Signing again would give the same token. */
  #signCached(): string {
    const [{ kid }] = this.#keys;
    const { nbf } = this.#claims();
    if (this.#lastToken?.nbf !== nbf || this.#lastToken.kid !== kid) {
      this.#lastToken = { nbf, kid, token: this.sign() };
    }
    return this.#lastToken.token;
  }

  #signWith({ kid, privateKey }: SigningKey, claims: Readonly<Record<string, unknown>>): string {
    const header = { alg: "RS256", kid, x5t: kid, typ: "JWT", cty: "JWT" } as const;
    return signJwt(header, { ...this.#claims(), ...claims }, privateKey);
  }

  #claims(): TimedClaims {
    const nowSec = Math.floor(this.#clock.now() / 1000);
    return {
      tid: this.#recipient.tenantId,
      appid: CALLING_SERVICE_APP_ID,
      nbf: nowSec,
      exp: nowSec + LIFETIME_SEC,
      iss: ISSUER,
      aud: this.#recipient.appId,
    };
  }

  /** The JSON Web Key Set. */
  get publishedKeys(): { keys: JsonWebKey[] } {
    return { keys: this.#keys.map((key) => key.publicJwk) };
  }

  /** The OpenID configuration with the URL of the keys. */
  openIdConfiguration(keysUrl: string): Record<string, unknown> {
    return {
      issuer: ISSUER,
      authorization_endpoint: "https://invalid.botframework.com/",
      jwks_uri: keysUrl,
      id_token_signing_alg_values_supported: ["RS256"],
      token_endpoint_auth_methods_supported: ["private_key_jwt"],
    };
  }
}

/** More than the clock skew that verifiers tolerate. */
const FLAW_OFFSET_SEC = 3600;

function createFlawedClaims(
  flaw: Exclude<TokenFlaw, "missing" | "algNone" | "wrongKey">,
  { nbf, exp }: TimedClaims,
): Record<string, unknown> {
  switch (flaw) {
    case "expired":
      return { nbf: nbf - FLAW_OFFSET_SEC, exp: exp - FLAW_OFFSET_SEC };
    case "notYetValid":
      return { nbf: nbf + FLAW_OFFSET_SEC, exp: exp + FLAW_OFFSET_SEC };
    case "wrongAudience":
      return { aud: randomUUID() };
    case "wrongIssuer":
      return { iss: "https://issuer.example" };
    case "noTenant":
      return { tid: undefined };
  }
}
