import { systemClock } from "@graph-dtmf/models";
import { AccessTokenCache } from "@graph-dtmf/models/internal";

/** The token endpoint, and the identity that the bot has there. */
export interface ClientCredentials {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
}

/** A function that returns an access token by the client credentials grant. Tokens are cached until they expire. */
export function createCredential({ tokenUrl, clientId, clientSecret }: ClientCredentials): () => Promise<string> {
  const cache = new AccessTokenCache(systemClock);
  const requestToken = async (): Promise<{ token: string; lifetimeSec: number }> => {
    const response = await fetch(tokenUrl, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: clientSecret,
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    const body = (await response.json()) as { access_token?: string; expires_in?: number; error?: string };
    if (!response.ok || !body.access_token) {
      throw new Error(`the token endpoint refused the request: ${response.status} ${body.error ?? ""}`);
    }
    return { token: body.access_token, lifetimeSec: body.expires_in ?? 0 };
  };
  return async () => (await cache.get("", requestToken)).token;
}
