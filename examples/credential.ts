// Tokens by the client credentials grant, one for each tenant. `@azure/identity` does the same and more.
import { env } from "node:process";
import type { TokenRequest } from "@graph-dtmf/client";

const LOGIN_URL = env.LOGIN_URL ?? "https://login.microsoftonline.com";
const kept = new Map<string, { token: string; untilMs: number }>();

/** The client requests a token before every request, with the call's tenant, so tokens are cached until they expire. */
export async function credential({ tenantId = "" }: TokenRequest): Promise<string> {
  const known = kept.get(tenantId);
  if (known && known.untilMs > Date.now()) return known.token;
  const answer = await fetch(`${LOGIN_URL}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: env.APP_ID ?? "",
      client_secret: env.CLIENT_SECRET ?? "",
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  if (!answer.ok) throw new Error(`no token for tenant ${tenantId}: ${answer.status}`);
  const { access_token: token, expires_in: lifeSec } = (await answer.json()) as TokenAnswer;
  kept.set(tenantId, { token, untilMs: Date.now() + (lifeSec - 60) * 1000 });
  return token;
}

interface TokenAnswer {
  access_token: string;
  expires_in: number;
}
