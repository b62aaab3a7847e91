// Access tokens by the client credentials grant, one for each tenant. `@azure/identity` can replace this file.
import { env } from "node:process";
import type { TokenRequest } from "@graph-dtmf/client";

const LOGIN_URL = env.LOGIN_URL ?? "https://login.microsoftonline.com";
const cache = new Map<string, { token: string; untilMs: number }>();

/** The client calls this before every request, so tokens are cached until one minute before they expire. */
export async function credential({ tenantId = "" }: TokenRequest): Promise<string> {
  const cached = cache.get(tenantId);
  if (cached && cached.untilMs > Date.now()) return cached.token;
  const response = await fetch(`${LOGIN_URL}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: env.APP_ID ?? "",
      client_secret: env.CLIENT_SECRET ?? "",
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  if (!response.ok) throw new Error(`expected an access token for tenant ${tenantId}, got HTTP ${response.status}`);
  const { access_token: token, expires_in: expiresInSec } = (await response.json()) as TokenResponse;
  cache.set(tenantId, { token, untilMs: Date.now() + (expiresInSec - 60) * 1000 });
  return token;
}

interface TokenResponse {
  access_token: string;
  expires_in: number;
}
