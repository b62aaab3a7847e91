/** Where a bot's tokens come from. */
export interface ClientCredentials {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
}

/** A token is renewed this long before it expires, so that none expires on its way. */
const RENEW_EARLY_MS = 60_000;

/** Gets tokens by the client credentials grant, and keeps each while it is good. */
export function createCredential({ tokenUrl, clientId, clientSecret }: ClientCredentials): () => Promise<string> {
  let kept: { token: string; untilMs: number } | undefined;
  return async () => {
    if (kept && kept.untilMs > Date.now()) return kept.token;
    const response = await fetch(tokenUrl, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: clientSecret,
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    const answer = (await response.json()) as { access_token?: string; expires_in?: number; error?: string };
    if (!response.ok || !answer.access_token) {
      throw new Error(`the token endpoint refused: ${response.status} ${answer.error ?? ""}`);
    }
    kept = {
      token: answer.access_token,
      untilMs: Date.now() + (answer.expires_in ?? 0) * 1000 - RENEW_EARLY_MS,
    };
    return kept.token;
  };
}
