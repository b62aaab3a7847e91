import { InvalidRequestError } from "@graph-dtmf/models";

/** @see Graph v1.0, call: sendDtmfTones, `clientContext` */
const MAX_LENGTH = 256;

/** @throws InvalidRequestError unless the value is absent or 1 to 256 printable ASCII characters. */
export function checkClientContext(clientContext: unknown): void {
  if (clientContext === undefined) return;
  if (typeof clientContext !== "string") {
    throw new InvalidRequestError(`clientContext must be a string, got ${typeof clientContext}`);
  }
  if (clientContext.length === 0 || clientContext.length > MAX_LENGTH) {
    throw new InvalidRequestError(`clientContext must have 1 to ${MAX_LENGTH} characters, got ${clientContext.length}`);
  }
  const position = clientContext.search(/[^\x20-\x7e]/);
  if (position >= 0) {
    throw new InvalidRequestError(
      `clientContext must be printable ASCII, got another character at position ${position}`,
    );
  }
}
