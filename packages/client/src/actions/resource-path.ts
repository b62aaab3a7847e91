import { InvalidRequestError } from "@graph-dtmf/models";

/** Graph's ids are GUIDs today; anything that cannot leave its place in a path is let through. */
const SAFE_ID = /^[A-Za-z0-9_~=:@.-]{1,512}$/;

/**
 * The path of a call, or of something in it, from ids that were checked: none can reach another resource.
 *
 * @throws InvalidRequestError for an id that is empty, too long, or has other characters than an id has.
 */
export function callPath(callId: string, ...rest: string[]): string {
  return ["/communications/calls", checkId("callId", callId), ...rest].join("/");
}

/** @throws InvalidRequestError naming the argument; the id itself is not repeated. */
export function checkId(name: string, id: unknown): string {
  if (typeof id !== "string") throw new InvalidRequestError(`${name} must be a string, got ${typeof id}`);
  if (id === "") throw new InvalidRequestError(`${name} must not be empty`);
  // A URL parser takes "." and ".." for steps, so that the part after them would become the id.
  if (!SAFE_ID.test(id) || id === "." || id.includes("..")) {
    throw new InvalidRequestError(`${name} must be an id of Graph's: letters, digits and - _ ~ = : @ . without ".."`);
  }
  return encodeURIComponent(id);
}
