import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Clock } from "@graph-dtmf/models";
import { AccessTokenCache } from "@graph-dtmf/models/internal";

/** A credential of the form that `createDtmfClient`, graph-client and Azure's libraries use. */
export interface SimulatorCredential {
  /** Gets a token for Graph with the client credentials grant, and caches it until a minute before it expires. */
  getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number }>;
}

/** The token endpoint and the credentials of the application. */
interface CredentialOptions {
  tokenUrl: string;
  appId: string;
  clientSecret: string;
  clock: Clock;
  /** The simulator's certificate in PEM. Only it is trusted, whatever its host name. */
  certificate: string | undefined;
}

/** Creates a credential for the bot's application. It requests tokens from the token endpoint over HTTP, as real ones do. */
export function createSimulatorCredential(options: CredentialOptions): SimulatorCredential {
  const { tokenUrl, appId, clientSecret, clock, certificate } = options;
  const cache = new AccessTokenCache(clock);
  return {
    getToken(scopes) {
      const scope = [scopes].flat().join(" ");
      return cache.get(scope, async () => {
        const form = { grant_type: "client_credentials", client_id: appId, client_secret: clientSecret, scope };
        const { status, text } = await postForm(tokenUrl, new URLSearchParams(form), certificate);
        const { access_token: token, expires_in: lifetimeSec, error } = JSON.parse(text);
        if (status !== 200) throw new Error(`the token request failed: ${status} ${error}`);
        return { token, lifetimeSec };
      });
    },
  };
}

/** Posts a form. `fetch` has no option to trust a single certificate. */
function postForm(
  url: string,
  form: URLSearchParams,
  certificate: string | undefined,
): Promise<{ status: number | undefined; text: string }> {
  const trust = certificate === undefined ? {} : { ca: certificate, checkServerIdentity: () => undefined };
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  return new Promise((resolve, reject) => {
    (certificate === undefined ? httpRequest : httpsRequest)(url, { method: "POST", agent: false, headers, ...trust })
      .once("error", reject)
      .once("response", async (response) => {
        try {
          resolve({ status: response.statusCode, text: (await response.setEncoding("utf8").toArray()).join("") });
        } catch (error) {
          reject(error);
        }
      })
      .end(form.toString());
  });
}
