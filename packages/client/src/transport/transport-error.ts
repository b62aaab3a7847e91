/** Creates an error with a code in the style of Node.js, such as `ETIMEDOUT`. */
export function createTransportError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Removes the unparsed bytes that HTTP parsers attach to their errors, because they may contain secrets. */
export function removeRawBytes(error: Error): Error {
  for (const property of ["rawPacket", "data"]) Reflect.deleteProperty(error, property);
  return error;
}

/** Turns the reason of an abort signal into an error. */
export function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : createTransportError("ABORT_ERR", "aborted");
}
