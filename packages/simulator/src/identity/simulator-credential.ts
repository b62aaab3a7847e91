import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Clock } from "@graph-dtmf/models";

/** What `createDtmfClient` and graph-client take for a credential, as Azure's are shaped. */
export interface SimulatorCredential {
  /** Gets a token for Graph by the client credentials grant, and keeps it until a minute before it expires. */
  getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number }>;
}

/** Where tokens come from, and for whom. */
export interface CredentialOptions {
  tokenUrl: string;
  appId: string;
  clientSecret: string;
  clock: Clock;
  /** The simulator's own certificate, in PEM: no other is trusted, whatever name it bears. */
  certificate: string | undefined;
}

/** So that no token expires on its way. */
const RENEW_EARLY_MS = 60_000;

/** A credential for the bot's application. It asks the token endpoint over HTTP, as a real one does. */
export function createSimulatorCredential(options: CredentialOptions): SimulatorCredential {
  const { tokenUrl, appId, clientSecret, clock, certificate } = options;
  const kept = new Map<string, { token: string; expiresOnTimestamp: number }>();
  return {
    async getToken(scopes) {
      const scope = [scopes].flat().join(" ");
      const known = kept.get(scope);
      if (known && known.expiresOnTimestamp - RENEW_EARLY_MS > clock.now()) return known;
      const form = { grant_type: "client_credentials", client_id: appId, client_secret: clientSecret, scope };
      const { status, text } = await postForm(tokenUrl, new URLSearchParams(form), certificate);
      const { access_token: token, expires_in: lifeSec, error } = JSON.parse(text);
      if (status !== 200) throw new Error(`the token endpoint refused: ${status} ${error}`);
      const issued = { token, expiresOnTimestamp: clock.now() + lifeSec * 1000 };
      kept.set(scope, issued);
      return issued;
    },
  };
}

/** Not `fetch`, which cannot be told to trust one certificate. */
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
