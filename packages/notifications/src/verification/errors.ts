import { DtmfError } from "@graph-dtmf/models";

/** What is wrong with the token of a notification. */
export type AuthenticationFault =
  | "missing"
  | "malformed"
  | "algorithm"
  | "unknownKey"
  | "signature"
  | "issuer"
  | "audience"
  | "tenant"
  | "expired"
  | "notYetValid";

const MESSAGES: Readonly<Record<AuthenticationFault, string>> = {
  missing: "expected an Authorization header with a bearer token, got none",
  malformed: "expected `Bearer` and one signed JWT of at most 8 KiB with numeric exp and nbf, got something else",
  algorithm: "expected a token signed with RS256, got another algorithm",
  unknownKey: "expected a token signed with a published key, got an unknown key id",
  signature: "expected a token signed with the key that it names, got another signature",
  issuer: "expected a token of the calling service, got one of another issuer",
  audience: "expected a token for this bot, got one for another audience",
  tenant: "expected a token of an accepted tenant, got one of another tenant or of none",
  expired: "expected a token that is still valid, got one that has expired",
  notYetValid: "expected a token that is already valid, got one that is not valid yet",
};

/**
 * The token of a notification is missing or not acceptable. `reason` is for logs and metrics: answer the sender with a
 * bare 401.
 */
export class NotificationAuthenticationError extends DtmfError {
  override readonly name = "NotificationAuthenticationError";
  declare readonly code: "unauthenticated_notification";
  readonly reason: AuthenticationFault;

  constructor(reason: AuthenticationFault, options?: ErrorOptions) {
    super("unauthenticated_notification", MESSAGES[reason], options);
    this.reason = reason;
  }
}

/** A token cannot be verified because the signing keys cannot be loaded. `cause` has the reason. */
export class KeysUnavailableError extends DtmfError {
  override readonly name = "KeysUnavailableError";
  declare readonly code: "keys_unavailable";

  constructor(options?: ErrorOptions) {
    super("keys_unavailable", "expected signing keys from the OpenID configuration, could not load any", options);
  }
}
