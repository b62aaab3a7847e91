import { permissionMissing } from "../http/graph-error.ts";
import type { CreateCallBody } from "../schema/create-call-body.ts";

/**
 * An application may call one person, call several or join a meeting, each by a permission of its own; and it may host
 * the media itself by one more.
 *
 * @throws GraphError 403
 * @see Graph v1.0, create call: the notes of its examples
 */
export function checkMayCreate(call: CreateCallBody, roles: readonly string[]): void {
  const isMissing = (oneOf: readonly string[]): boolean => !oneOf.some((role) => roles.includes(role));
  if (isMissing(rolesFor(call))) throw permissionMissing();
  const isAppHosted = /appHostedMediaConfig$/.test(String(call.mediaConfig["@odata.type"]));
  if (isAppHosted && isMissing(["Calls.AccessMedia.All"])) throw permissionMissing();
}

/** Any of them will do. */
function rolesFor({ meetingInfo, targets }: CreateCallBody): readonly string[] {
  if (meetingInfo) return ["Calls.JoinGroupCall.All", "Calls.JoinGroupCallAsGuest.All"];
  return targets.length === 1 ? ["Calls.Initiate.All"] : ["Calls.InitiateGroupCall.All"];
}
