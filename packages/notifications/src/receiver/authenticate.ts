import type { VerifiedSender } from "../verification/notification-verifier.ts";
import { Refusal } from "./refusal.ts";

/** The tenant of a verified token. */
export function tenantOf({ tenantId }: VerifiedSender): string {
  if (typeof tenantId === "string" && tenantId !== "") return tenantId;
  throw new TypeError("expected a tenantId of the verifier, got none");
}

/** What a verifier that threw refuses a request with, also if it broke: nobody is let in for an accident. */
export function refusalOf(cause: unknown): Refusal {
  const { code } = Object(cause) as { code?: unknown };
  if (code === "unauthenticated_notification") return new Refusal("unauthenticated", { cause });
  return new Refusal(code === "keys_unavailable" ? "keysUnavailable" : "failed", { cause });
}
