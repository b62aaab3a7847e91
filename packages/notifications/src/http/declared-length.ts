const [ZERO, NINE] = [48, 57];

/**
 * How many bytes a `Content-Length` header declares: it has digits and nothing else, `NaN` if it is spelled otherwise.
 * (`Number` takes more for a number, and several times as long.)
 *
 * @see RFC 9110, section 8.6
 */
export function declaredLength(contentLength: string): number {
  let bytes = contentLength === "" ? Number.NaN : 0;
  for (let at = 0; at < contentLength.length; at++) {
    const code = contentLength.charCodeAt(at);
    bytes = code >= ZERO && code <= NINE ? 10 * bytes + code - ZERO : Number.NaN;
  }
  return bytes;
}
