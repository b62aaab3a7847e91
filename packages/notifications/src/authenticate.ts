import type { NotificationVerifier, VerifiedSender } from "./notification-verifier.ts";
import { Refusal } from "./refusal.ts";

/**
 * Returns the tenant of the verified token.
 *
 * @throws {@link Refusal} in every other case, also if the verifier breaks: nobody is let in for an accident.
 */
export async function authenticate(authorization: string | null, verifier: NotificationVerifier): Promise<string> {
  // No token has a comma in it: these are two headers, and nobody knows which of them a proxy before us has looked at.
  if (authorization?.includes(",")) throw new Refusal("unauthenticated");
  try {
    return tenantOf(await verifier.verify(authorization));
  } catch (cause) {
    throw refusalOf(cause);
  }
}

function tenantOf({ tenantId }: VerifiedSender): string {
  if (typeof tenantId === "string" && tenantId !== "") return tenantId;
  throw new TypeError("expected a tenantId of the verifier, got none");
}

function refusalOf(cause: unknown): Refusal {
  const { code } = Object(cause) as { code?: unknown };
  if (code === "unauthenticated_notification") return new Refusal("unauthenticated", { cause });
  return new Refusal(code === "keys_unavailable" ? "keysUnavailable" : "failed", { cause });
}
