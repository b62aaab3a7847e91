import { InvalidRequestError } from "@graph-dtmf/models";

/** Graph's ids are GUIDs today. Other ids are allowed if they cannot leave their segment of a path. */
const ID_PATTERN = /^[A-Za-z0-9_~=:@.-]{1,512}$/;

/**
 * Creates the path of a call or of a resource in it.
 *
 * @param segments must be literals or results of {@link encodeId}.
 * @throws InvalidRequestError for a call id that could reach another resource.
 */
export function toCallPath(callId: string, ...segments: string[]): string {
  return ["/communications/calls", encodeId("callId", callId), ...segments].join("/");
}

/**
 * Checks an id and encodes it as one segment of a path.
 *
 * @throws InvalidRequestError with the name of the argument, without the id.
 */
export function encodeId(name: string, id: unknown): string {
  if (typeof id !== "string") throw new InvalidRequestError(`${name} must be a string, got ${typeof id}`);
  if (id === "") throw new InvalidRequestError(`${name} must not be empty`);
  // URL parsers resolve "." and "..", so the next segment would become the id.
  if (!ID_PATTERN.test(id) || id === "." || id.includes("..")) {
    throw new InvalidRequestError(
      `${name} must be an id of Graph: 1 to 512 letters, digits and - _ ~ = : @ . without ".."`,
    );
  }
  return encodeURIComponent(id);
}
