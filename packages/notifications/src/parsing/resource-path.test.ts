import { describe, expect, it } from "vitest";
import { parseResourcePath } from "./resource-path.ts";

const CALL = "5d1c7a40-2f6b-4e0d-9a83-b7c4e9f01a25";
const KEY = "c09e6b1f-77d2-4d3a-8f15-2a64d0b8e3c7";
const shout = (id: string): string => id.replaceAll("-", "").toUpperCase();

describe("parseResourcePath", () => {
  it.each([
    `/communications/calls/${CALL}`,
    `communications/calls/${CALL}`,
    `/communications/calls/${CALL}/`,
    `/communications/calls/${CALL.toUpperCase()}`,
    `/communications/calls/${shout(CALL)}`,
    `/app/calls/${CALL}`,
    `app/calls/${shout(CALL)}`,
    `/v1.0/communications/calls/${CALL}`,
    `/beta/app/calls/${CALL}`,
    `https://graph.microsoft.com/v1.0/communications/calls/${CALL}`,
    `https://calls.example/v1.0/communications/calls/${CALL}`,
    `/communications/calls('${CALL}')`,
    `communications/calls('${shout(CALL)}')`,
    `/communications/calls(${CALL})`,
    `/Communications/Calls/${CALL}`,
    `calls/${CALL}`,
    `/communications/calls/${CALL}?$select=id`,
    `/communications/calls/${CALL}#top`,
  ])("reads the path of a call: %s", (path) => {
    expect(parseResourcePath(path)).toEqual({ callId: CALL, collection: undefined, key: undefined });
  });

  it.each([
    `/communications/calls/${CALL}/operations/${KEY}`,
    `communications/calls/${CALL}/operations/${KEY}/`,
    `/app/calls/${shout(CALL)}/operations/${shout(KEY)}`,
    `https://graph.microsoft.com/v1.0/communications/calls/${CALL}/operations/${KEY}`,
    `/communications/calls('${CALL}')/operations('${KEY}')`,
    `/communications/calls/${CALL}/operations('${shout(KEY)}')`,
    `/communications/calls/${CALL}/Operations/${KEY.toUpperCase()}`,
    `/communications/calls/${CALL}/operations/${KEY}?x=/calls/1`,
  ])("reads the path of a resource in a call: %s", (path) => {
    expect(parseResourcePath(path)).toEqual({ callId: CALL, collection: "operations", key: KEY });
  });

  it("reads a path that ends at a collection", () => {
    expect(parseResourcePath(`/communications/calls/${CALL}/contentSharingSessions`)).toEqual({
      callId: CALL,
      collection: "contentsharingsessions",
      key: undefined,
    });
  });

  it("keeps ids that are not GUIDs, also with the length of a GUID", () => {
    const odd = "/communications/calls/a/operations/bcdefghijklmnopqrstuvwx";
    expect(odd.length).toBe(`/communications/calls/${CALL}`.length);
    expect(parseResourcePath(odd)).toEqual({ callId: "a", collection: "operations", key: "bcdefghijklmnopqrstuvwx" });
    expect(parseResourcePath("/app/calls/Call_1/participants/P-1")).toEqual({
      callId: "Call_1",
      collection: "participants",
      key: "P-1",
    });
  });

  it.each([
    "/communications/calls",
    "/communications/calls/",
    "/communications/calls//operations/1",
    "/communications/calls()",
    "/communications/callRecords/1",
    "/communications/onlineMeetings/1",
    "/communications/recalls/1",
    "",
    "/",
    "((((",
    null,
    7,
    {},
  ])("returns undefined for %j", (path) => {
    expect(parseResourcePath(path)).toBeUndefined();
  });

  it("takes linear time for hostile paths", () => {
    const size = 500_000;
    for (const path of [
      "(".repeat(size),
      `('${"'".repeat(size)}`,
      "/calls".repeat(size),
      "?".repeat(size),
      "\n/".repeat(size),
    ]) {
      const begin = process.cpuUsage().user;
      parseResourcePath(path);
      expect(process.cpuUsage().user - begin).toBeLessThan(1_000_000);
    }
  });
});
