import { describe, expect, test } from "vitest";
import type { CreateCallBody } from "../schema/create-call-body.ts";
import { checkMayCreate } from "./call-permissions.ts";

const target = { identity: { user: { id: "u" } } };
const calls: Record<string, Pick<CreateCallBody, "targets" | "meetingInfo">> = {
  "to one": { targets: [target] },
  "to several": { targets: [target, target] },
  "into a meeting": { targets: [], meetingInfo: { "@odata.type": "#microsoft.graph.tokenMeetingInfo", token: "t" } },
};

function mayCreate(kind: string, media: "service" | "app", roles: readonly string[]): boolean {
  const call = { ...calls[kind], mediaConfig: { "@odata.type": `#microsoft.graph.${media}HostedMediaConfig` } };
  try {
    checkMayCreate(call as unknown as CreateCallBody, roles);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ status: 403, code: "7504" });
    return false;
  }
}

describe.each([
  ["Calls.Initiate.All", ["to one"]],
  ["Calls.InitiateGroupCall.All", ["to several"]],
  ["Calls.JoinGroupCall.All", ["into a meeting"]],
  ["Calls.JoinGroupCallAsGuest.All", ["into a meeting"]],
  ["Calls.AccessMedia.All", []],
])("%s", (role, kinds) => {
  test(`allows creating calls ${kinds.join() || "of no kind"}`, () => {
    expect(Object.keys(calls).filter((kind) => mayCreate(kind, "service", [role]))).toEqual(kinds);
  });

  test("is not sufficient for app-hosted media", () => {
    for (const kind of Object.keys(calls)) expect(mayCreate(kind, "app", [role])).toBe(false);
    for (const kind of kinds) expect(mayCreate(kind, "app", [role, "Calls.AccessMedia.All"])).toBe(true);
  });
});
