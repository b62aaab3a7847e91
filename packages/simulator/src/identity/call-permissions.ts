import { permissionMissing } from "../http/graph-error.ts";
import type { CreateCallBody } from "../schema/create-call-body.ts";

/**
 * Checks the application permissions for a new call. Calling one person, calling several and joining a meeting need
 * different permissions. App-hosted media need one more.
 *
 * @throws GraphError 403 `7504` if a permission is missing.
 * @see Graph v1.0, create call: the notes of its examples
 */
export function checkMayCreate(call: CreateCallBody, roles: readonly string[]): void {
  const isMissing = (oneOf: readonly string[]): boolean => !oneOf.some((role) => roles.includes(role));
  if (isMissing(rolesFor(call))) throw permissionMissing();
  const isAppHosted = /appHostedMediaConfig$/.test(String(call.mediaConfig["@odata.type"]));
  if (isAppHosted && isMissing(["Calls.AccessMedia.All"])) throw permissionMissing();
}

/** The permissions for a call, of which one is sufficient. */
function rolesFor({ meetingInfo, targets }: CreateCallBody): readonly string[] {
  if (meetingInfo) return ["Calls.JoinGroupCall.All", "Calls.JoinGroupCallAsGuest.All"];
  return targets.length === 1 ? ["Calls.Initiate.All"] : ["Calls.InitiateGroupCall.All"];
}
