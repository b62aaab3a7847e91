import { NotificationAuthenticationError } from "../errors.ts";

/** Tokens of the calling service have about 1 KiB; no proxy on the way lets much longer ones through. */
const MAX_TOKEN_LENGTH = 8 * 1024;
const SCHEME = "bearer ";
/** One token in three parts, the last of which may be empty so that an unsigned one is refused for what it is. */
const BEARER_TOKEN = /^bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i;

/**
 * The token of an `Authorization` header.
 *
 * @throws NotificationAuthenticationError `malformed` for another scheme, several tokens, one that is no signed JWT, or
 * one of more than 8 KiB.
 */
export function bearerTokenOf(authorization: string): string {
  // Looked at before the pattern is, which would read all of it.
  const isTooLong = authorization.length > MAX_TOKEN_LENGTH + SCHEME.length;
  const token = isTooLong ? undefined : BEARER_TOKEN.exec(authorization)?.[1];
  if (token === undefined) throw new NotificationAuthenticationError("malformed");
  return token;
}
