import { randomUUID } from "node:crypto";
import type { Clock } from "@graph-dtmf/models";
import { errors, exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK, jwtVerify, SignJWT } from "jose";
import { GraphError } from "../http/graph-error.ts";

/** Graph as an audience, by its name and by its id. */
const GRAPH: readonly string[] = ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"];
/** Life of an access token. */
export const ACCESS_TOKEN_LIFE_SEC = 3600;

/** The application that calls the simulated Graph. */
export interface Application {
  appId: string;
  tenantId: string;
  /** Its application permissions. */
  roles: readonly string[];
}

/** Issues access tokens, and knows its own again. */
export class AccessTokens {
  readonly #clock: Clock;
  readonly #application: Application;
  readonly #kid: string = randomUUID();
  // Access tokens are no business of those who carry them, so nobody minds that these are not RS256 as Graph's are:
  // the key is made in no time.
  readonly #keys: Promise<GenerateKeyPairResult> = generateKeyPair("ES256");

  constructor(clock: Clock, application: Application) {
    this.#clock = clock;
    this.#application = application;
  }

  /** An application's token for the resource that it asked for. */
  async issue(audience: string): Promise<string> {
    const { appId, tenantId, roles } = this.#application;
    const nowSec = Math.floor(this.#clock.now() / 1000);
    return await new SignJWT({
      aud: audience,
      iss: `https://sts.windows.net/${tenantId}/`,
      iat: nowSec,
      nbf: nowSec,
      exp: nowSec + ACCESS_TOKEN_LIFE_SEC,
      appid: appId,
      appidacr: "1",
      idtyp: "app",
      roles: [...roles],
      tid: tenantId,
      uti: randomUUID(),
      ver: "1.0",
    })
      .setProtectedHeader({ typ: "JWT", alg: "ES256", kid: this.#kid })
      .sign((await this.#keys).privateKey);
  }

  /** The JSON Web Key Set. Nobody needs it but those who look into tokens that are not for them. */
  async published(): Promise<{ keys: JWK[] }> {
    const key = await exportJWK((await this.#keys).publicKey);
    return { keys: [{ ...key, use: "sig", kid: this.#kid }] };
  }

  /**
   * Lets a request in.
   *
   * @param origin The name by which this Graph was reached: a token may be for that, as it may be in other clouds.
   * @returns the application permissions of its token.
   * @throws GraphError 401 InvalidAuthenticationToken.
   */
  async authenticate(authorization: string | undefined, origin: string): Promise<readonly string[]> {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) throw refused("Access token is empty.");
    try {
      const { payload } = await jwtVerify(token, (await this.#keys).publicKey, {
        algorithms: ["ES256"],
        audience: [...GRAPH, origin],
        currentDate: new Date(this.#clock.now()),
        requiredClaims: ["exp"],
      });
      return Array.isArray(payload.roles) ? payload.roles : [];
    } catch (error) {
      throw refused(reasonOf(error, token));
    }
  }
}

/** What Graph says, as far as it is known. */
function reasonOf(error: unknown, token: string): string {
  if (!token.includes(".")) return "IDX14100: JWT is not well formed, there are no dots (.).";
  if (error instanceof errors.JWTExpired) return "Lifetime validation failed, the token is expired.";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "aud") return "Access token validation failure. Invalid audience.";
    if (error.claim === "nbf") return "Lifetime validation failed, the token is not yet valid.";
  }
  return "Access token validation failure.";
}

function refused(message: string): GraphError {
  return new GraphError(401, "InvalidAuthenticationToken", {
    message,
    headers: {
      "WWW-Authenticate":
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
    },
  });
}
