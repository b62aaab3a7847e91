import { describe, expect, test } from "vitest";
import { parseCreateCallBody } from "./create-call-body.ts";

const TENANT = "AA67BD4C-8475-432D-BD41-39F255720E0A";
const target = (identity: unknown): unknown => ({ identity });
const body = (changed: Record<string, unknown> = {}): Record<string, unknown> => ({
  callbackUri: "https://bot.contoso.com/callback",
  tenantId: TENANT.toLowerCase(),
  mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
  requestedModalities: ["audio"],
  targets: [target({ user: { id: "112f7296-5fa4-42ca-bae8-6a692b15d4b8" } })],
  ...changed,
});

describe("accepts a new call", () => {
  test.each<[string, Record<string, unknown>]>([
    ["with a callback at localhost", { callbackUri: "http://localhost:3978/api/calls" }],
    ["with a callback at ::1", { callbackUri: "http://[::1]:3978/api/calls" }],
    ["to a phone number", { targets: [target({ phone: { id: "+15550100" } })] }],
    ["with app-hosted media", { mediaConfig: { "@odata.type": "#microsoft.graph.appHostedMediaConfig", blob: "…" } }],
    [
      "with prompts to fetch in advance",
      {
        mediaConfig: {
          "@odata.type": "microsoft.graph.serviceHostedMediaConfig",
          preFetchMedia: [{ uri: "https://cdn.contoso.com/beep.wav", resourceId: null }],
        },
      },
    ],
    [
      "into a meeting",
      {
        targets: null,
        chatInfo: { "@odata.type": "#microsoft.graph.chatInfo", threadId: "19:m@thread.v2", messageId: "0" },
        meetingInfo: {
          "@odata.type": "#microsoft.graph.organizerMeetingInfo",
          organizer: { user: { id: "u", tenantId: TENANT } },
          allowConversationWithoutHost: true,
        },
      },
    ],
    [
      "into a meeting by its join meeting id",
      {
        targets: null,
        meetingInfo: { "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo", joinMeetingId: "1", passcode: null },
      },
    ],
    ["with undeclared properties of the open type", { ringingTimeoutInSeconds: 30 }],
    ["with modalities null", { requestedModalities: null }],
  ])("%s", (_, changed) => {
    const parsed = parseCreateCallBody(body(changed), TENANT);
    expect(parsed.callbackUri).toBe(changed.callbackUri ?? "https://bot.contoso.com/callback");
    expect(parsed.requestedModalities).toEqual(["audio"]);
  });
});

describe("rejects a new call", () => {
  test.each([
    ["without a callback", { callbackUri: undefined }, "Property callbackUri"],
    ["with a callback that is no URL", { callbackUri: "bot" }, "callbackUri must be"],
    ["with an http callback that is not loopback", { callbackUri: "http://bot.contoso.com/" }, "callbackUri must be"],
    [
      "with an http callback whose host only begins like a loopback address",
      { callbackUri: "http://127.0.0.1.evil.example/" },
      "callbackUri must be",
    ],
    ["without mediaConfig", { mediaConfig: undefined }, "Property mediaConfig"],
    ["with a mediaConfig without type", { mediaConfig: {} }, "Property mediaConfig"],
    [
      "with an undeclared property in mediaConfig",
      { mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig", prefetch: [] } },
      "The property 'prefetch' does not exist",
    ],
    [
      "with a prompt without uri",
      { mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig", preFetchMedia: [{}] } },
      "Property mediaConfig.preFetchMedia[0].uri",
    ],
    ["with an unknown modality", { requestedModalities: ["smell"] }, "Property requestedModalities[0]"],
    ["with modalities that are no array", { requestedModalities: "audio" }, "Property requestedModalities"],
    ["without targets or meeting", { targets: [] }, "Either targets, or a meetingInfo"],
    [
      "into a meeting by its organizer without chatInfo",
      { targets: [], meetingInfo: { "@odata.type": "#microsoft.graph.organizerMeetingInfo", organizer: {} } },
      "Either targets, or a meetingInfo",
    ],
    ["with a target without identity", { targets: [{}] }, "Property targets[0].identity"],
    ["with a null target", { targets: [null] }, "Property targets[0]"],
    [
      "with a target without an id",
      { targets: [target({ user: { displayName: "John" } })] },
      "targets[0] names no identity",
    ],
    [
      "with an identity that is no object",
      { targets: [target({ user: "John" })] },
      "Property targets[0].identity.user",
    ],
    ["with a source without identity", { source: { region: null } }, "Property source.identity"],
    ["with call options without type", { callOptions: {} }, "Property callOptions"],
    ["with a subject that is no string", { subject: 7 }, "Property subject"],
  ])("%s", (_, changed, message) => {
    expect(() => parseCreateCallBody(body(changed), TENANT)).toThrow(
      expect.objectContaining({ status: 400, code: "BadRequest", message: expect.stringContaining(message) }),
    );
  });

  test("that is no object", () => {
    for (const notObject of [null, [], "call", 7]) {
      expect(() => parseCreateCallBody(notObject, TENANT)).toThrow("Property root");
    }
  });
});
