import { NotificationAuthenticationError } from "./errors.ts";

/** Tokens of the calling service have about 1 KiB. */
const MAX_TOKEN_LENGTH = 8 * 1024;
const SCHEME = "bearer ";
/** The signature may be empty here, so that an unsigned token is rejected for its algorithm. */
const BEARER_TOKEN = /^bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i;

/**
 * Returns the token of an `Authorization` header.
 *
 * @throws NotificationAuthenticationError `malformed` for another scheme, for several tokens, for a text that is not a
 * JWT, and for a token of more than 8 KiB.
 */
export function parseBearerToken(authorization: string): string {
  // The length is checked first, because the pattern reads the whole text.
  const isTooLong = authorization.length > MAX_TOKEN_LENGTH + SCHEME.length;
  const token = isTooLong ? undefined : BEARER_TOKEN.exec(authorization)?.[1];
  if (token === undefined) throw new NotificationAuthenticationError("malformed");
  return token;
}
