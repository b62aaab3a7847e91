/** The token endpoint, and the identity that the bot has there. */
export interface ClientCredentials {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
}

/** A token is renewed this long before it expires, so that it does not expire in transit. */
const RENEW_EARLY_MS = 60_000;

/** A function that returns an access token by the client credentials grant. Tokens are cached until they expire. */
export function createCredential({ tokenUrl, clientId, clientSecret }: ClientCredentials): () => Promise<string> {
  let cached: { token: string; untilMs: number } | undefined;
  return async () => {
    if (cached && cached.untilMs > Date.now()) return cached.token;
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
    cached = {
      token: body.access_token,
      untilMs: Date.now() + (body.expires_in ?? 0) * 1000 - RENEW_EARLY_MS,
    };
    return cached.token;
  };
}
