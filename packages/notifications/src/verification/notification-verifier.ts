/** The sender of a notification with a verified token. */
export interface VerifiedSender {
  /** The token's `tid`, in lower case. */
  tenantId: string;
  /** All claims of the token. */
  claims: Readonly<Record<string, unknown>>;
}

/** Port of the receiver: decides whether a notification is accepted. */
export interface NotificationVerifier {
  /**
   * Verifies the `Authorization` header of a notification; `null` if the request has none.
   *
   * @throws DtmfError with code `unauthenticated_notification` if the token is not acceptable, or `keys_unavailable` if
   * it cannot be verified because no key can be loaded.
   */
  verify(authorization: string | null): Promise<VerifiedSender>;
}
