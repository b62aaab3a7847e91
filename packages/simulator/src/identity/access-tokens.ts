import { generateKeyPairSync, type JsonWebKey, randomUUID } from "node:crypto";
import type { Clock } from "@graph-dtmf/models";
import { GraphError } from "../http/graph-error.ts";
import { signJwt, verifyJwt } from "./jwt.ts";

/** The audiences of a token for Graph: its URI and its application id. */
const GRAPH_AUDIENCES: readonly string[] = ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"];
/** How long an access token is valid, in seconds. */
export const ACCESS_TOKEN_LIFETIME_SEC = 3600;

/** The application that sends requests to the simulated Graph. */
export interface Application {
  appId: string;
  tenantId: string;
  /** Its application permissions. */
  roles: readonly string[];
}

/** Issues access tokens and verifies them. */
export class AccessTokens {
  readonly #clock: Clock;
  readonly #application: Application;
  readonly #kid: string = randomUUID();
  // ES256 instead of Graph's RS256: clients must not depend on the content of access tokens, and the key is created at once.
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });

  constructor(clock: Clock, application: Application) {
    this.#clock = clock;
    this.#application = application;
  }

  /** Returns a new access token of the application for an audience. */
  issue(audience: string): string {
    const { appId, tenantId, roles } = this.#application;
    const nowSec = Math.floor(this.#clock.now() / 1000);
    return signJwt(
      { typ: "JWT", alg: "ES256", kid: this.#kid },
      {
        aud: audience,
        iss: `https://sts.windows.net/${tenantId}/`,
        iat: nowSec,
        nbf: nowSec,
        exp: nowSec + ACCESS_TOKEN_LIFETIME_SEC,
        appid: appId,
        appidacr: "1",
        idtyp: "app",
        roles: [...roles],
        tid: tenantId,
        uti: randomUUID(),
        ver: "1.0",
      },
      this.#keys.privateKey,
    );
  }

  /** The JSON Web Key Set, for clients that inspect access tokens. */
  get publishedKeys(): { keys: JsonWebKey[] } {
    return { keys: [{ ...this.#keys.publicKey.export({ format: "jwk" }), use: "sig", kid: this.#kid }] };
  }

  /**
   * Authenticates a request to Graph.
   *
   * @param origin The origin of the request's URL: it is a valid audience, as Graph's origins in other clouds are.
   * @returns the application permissions of its token.
   * @throws GraphError 401 InvalidAuthenticationToken.
   */
  authenticate(authorization: string | undefined, origin: string): readonly string[] {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) throw createUnauthorized("Access token is empty.");
    if (!token.includes(".")) throw createUnauthorized("IDX14100: JWT is not well formed, there are no dots (.).");
    const claims = verifyJwt(token, "ES256", this.#keys.publicKey);
    if (!claims) throw createUnauthorized("Access token validation failure.");
    const { aud, nbf, exp, roles } = claims;
    const nowSec = Math.floor(this.#clock.now() / 1000);
    if (typeof aud !== "string" || ![...GRAPH_AUDIENCES, origin].includes(aud)) {
      throw createUnauthorized("Access token validation failure. Invalid audience.");
    }
    if (typeof nbf !== "number" || nbf > nowSec) {
      throw createUnauthorized("Lifetime validation failed, the token is not yet valid.");
    }
    if (typeof exp !== "number" || exp <= nowSec) {
      throw createUnauthorized("Lifetime validation failed, the token is expired.");
    }
    return Array.isArray(roles) ? roles : [];
  }
}

function createUnauthorized(message: string): GraphError {
  return new GraphError(401, "InvalidAuthenticationToken", {
    message,
    headers: {
      "WWW-Authenticate":
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
    },
  });
}
