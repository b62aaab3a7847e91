/** Who stands behind a notification, once its token was verified. */
export interface VerifiedSender {
  /** The token's `tid`, lower-case. */
  tenantId: string;
  /** Every claim of the token. */
  claims: Readonly<Record<string, unknown>>;
}

/** Port through which the receiver asks whether a notification may come in. */
export interface NotificationVerifier {
  /**
   * Verifies the `Authorization` header of a notification; `null` where there is none.
   *
   * @throws DtmfError `unauthenticated_notification` whatever is wrong with the token; `keys_unavailable` if it could not
   * be told, because no verification key can be had.
   */
  verify(authorization: string | null): Promise<VerifiedSender>;
}
