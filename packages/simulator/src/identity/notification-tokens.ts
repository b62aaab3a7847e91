import { type JsonWebKey, randomUUID } from "node:crypto";
import type { Clock } from "@graph-dtmf/models";
import type { TokenFault } from "../faults/fault.ts";
import { signJwt, unsignedJwt } from "./jwt.ts";
import { generateSigningKey, type SigningKey } from "./signing-key.ts";

/** Life of a token, as a real one of 2022 had it. */
const LIFE_SEC = 300;
/** The Skype Teams Calling API Service, on whose behalf callbacks come. */
const CALLING_SERVICE_APP_ID = "26a18ebc-cdf7-4a6a-91cb-beb352805e81";
const ISSUER = "https://api.botframework.com";

/** What may be wrong with the token of a notification. */
export type TokenFlaw = TokenFault["token"];

interface TimedClaims extends Record<string, unknown> {
  nbf: number;
  exp: number;
}

/** Signs what is posted to callbacks, and publishes the keys to verify it with. */
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

  /** A token shaped like a real one: no `iat`, and a `cty` that wrongly marks it as nested. */
  sign(claims: Readonly<Record<string, unknown>> = {}): string {
    return this.#signWith(this.#keys[0], claims);
  }

  /** What a notification is to carry in its Authorization header. */
  async authorization(flaw?: TokenFlaw): Promise<string | undefined> {
    if (flaw === "missing") return undefined;
    if (flaw === "algNone") return `Bearer ${unsignedJwt(this.#claims())}`;
    // A stranger who knows the name of our key.
    if (flaw === "wrongKey")
      return `Bearer ${this.#signWith({ ...(await generateSigningKey()), kid: this.#keys[0].kid }, {})}`;
    return `Bearer ${flaw ? this.sign(flawed(flaw, this.#claims())) : this.#signForNow()}`;
  }

  /** From now on another key signs. The ones before stay published, as they do for a while in the real service, unless told otherwise. */
  async rotate({ keepPrevious }: { keepPrevious: boolean }): Promise<void> {
    const key = await generateSigningKey();
    this.#keys = [key, ...(keepPrevious ? this.#keys : [])];
  }

  /** Within a second, the same key would make the same token again, bit by bit. */
  #signForNow(): string {
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
      exp: nowSec + LIFE_SEC,
      iss: ISSUER,
      aud: this.#recipient.appId,
    };
  }

  /** The JSON Web Key Set. */
  get published(): { keys: JsonWebKey[] } {
    return { keys: this.#keys.map((key) => key.published) };
  }

  /** The OpenID configuration that leads to the keys. */
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

/** Far beyond what any clock may be off. */
const OFF_SEC = 3600;

function flawed(
  flaw: Exclude<TokenFlaw, "missing" | "algNone" | "wrongKey">,
  { nbf, exp }: TimedClaims,
): Record<string, unknown> {
  switch (flaw) {
    case "expired":
      return { nbf: nbf - OFF_SEC, exp: exp - OFF_SEC };
    case "notYetValid":
      return { nbf: nbf + OFF_SEC, exp: exp + OFF_SEC };
    case "wrongAudience":
      return { aud: randomUUID() };
    case "wrongIssuer":
      return { iss: "https://issuer.example" };
    case "noTenant":
      return { tid: undefined };
  }
}
