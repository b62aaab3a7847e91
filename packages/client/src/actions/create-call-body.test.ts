import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { createDtmfClient, type DtmfClient } from "../client.ts";
import { type CreateCallRequest, createCallBody, type Meeting } from "./create-call-body.ts";

const TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const ORGANIZER = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96";
const THREAD = "19:meeting_Win6Ydo4wsMijFjZS00ZGVjLTk5MGUtOTRjNWY2NmNkYTFm@thread.v2";
const JOIN_URL = `https://teams.microsoft.com/l/meetup-join/${encodeURIComponent(THREAD)}/0?context=${encodeURIComponent(
  JSON.stringify({ Tid: TENANT, Oid: ORGANIZER }),
)}`;
const basics = { callbackUri: "https://bot.example/callback", tenantId: TENANT };
const bodyOf = (meeting: Meeting) => createCallBody({ ...basics, meeting });

const byOrganizer = {
  chatInfo: { "@odata.type": "#microsoft.graph.chatInfo", threadId: THREAD, messageId: "0" },
  meetingInfo: {
    "@odata.type": "#microsoft.graph.organizerMeetingInfo",
    organizer: {
      "@odata.type": "#microsoft.graph.identitySet",
      user: { "@odata.type": "#microsoft.graph.identity", id: ORGANIZER, tenantId: TENANT },
    },
  },
};

describe("createCallBody with a meeting", () => {
  it("names organizer and chat", () => {
    const meeting = { organizer: { id: ORGANIZER, tenantId: TENANT }, chatInfo: { threadId: THREAD } };
    expect(bodyOf(meeting)).toEqual({
      "@odata.type": "#microsoft.graph.call",
      ...basics,
      ...byOrganizer,
      requestedModalities: ["audio"],
      mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
    });
  });

  it("reads organizer and chat from the link of the invitation", () => {
    expect(bodyOf({ joinUrl: JOIN_URL })).toMatchObject(byOrganizer);
  });

  it("names the channel message of a channel meeting", () => {
    const chatInfo = { threadId: THREAD, messageId: "1606337455313", replyChainMessageId: "1606337455000" };
    expect(bodyOf({ organizer: { id: ORGANIZER }, chatInfo })).toMatchObject({
      chatInfo,
      meetingInfo: { organizer: { user: { id: ORGANIZER } } },
    });
  });

  it.each([
    [{ joinMeetingId: "234 567 890 12", passcode: "Ab3dE6" }, "Ab3dE6"],
    [{ joinMeetingId: "23456789012" }, null],
  ])("removes spaces from the meeting id and sends passcode null if there is none: %j", (meeting, passcode) => {
    const meetingInfo = {
      "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo",
      joinMeetingId: "23456789012",
      passcode,
    };
    expect(bodyOf(meeting)).toMatchObject({ meetingInfo });
    expect(bodyOf(meeting)).not.toHaveProperty("chatInfo");
  });
});

describe("an invalid meeting", () => {
  const organizer = { id: ORGANIZER };
  const chatInfo = { threadId: THREAD };
  it.each([
    ["null", { meeting: null }],
    ["an empty object", { meeting: {} }],
    ["a string", { meeting: JOIN_URL }],
    ["neither meeting nor targets", {}],
    ["both meeting and targets", { meeting: { joinUrl: JOIN_URL }, targets: [{ user: { id: "x" } }] }],
    ["another link", { meeting: { joinUrl: "https://teams.microsoft.com/" } }],
    ["a meeting id of spaces", { meeting: { joinMeetingId: " " } }],
    ["a number as meeting id", { meeting: { joinMeetingId: 23456789012 } }],
    ["an empty passcode", { meeting: { joinMeetingId: "1", passcode: "" } }],
    ["a number as passcode", { meeting: { joinMeetingId: "1", passcode: 123456 } }],
    ["no organizer", { meeting: { chatInfo } }],
    ["an organizer without an id", { meeting: { organizer: {}, chatInfo } }],
    ["a number as tenant", { meeting: { organizer: { id: ORGANIZER, tenantId: 7 }, chatInfo } }],
    ["no chat", { meeting: { organizer } }],
    ["a chat without a thread", { meeting: { organizer, chatInfo: {} } }],
    ["a number as message", { meeting: { organizer, chatInfo: { threadId: THREAD, messageId: 0 } } }],
    ["null as reply chain", { meeting: { organizer, chatInfo: { threadId: THREAD, replyChainMessageId: null } } }],
  ])("is refused without being repeated: %s", (_, wrong) => {
    const refused = expect(() => createCallBody({ ...basics, ...wrong } as CreateCallRequest));
    refused.toThrow(expect.objectContaining({ code: "invalid_request" }));
    refused.toThrow(expect.objectContaining({ message: expect.not.stringMatching(/123456|23456789012|thread\.v2/) }));
  });

  it("does not compile", () => {
    // @ts-expect-error: it is either people or a meeting.
    expectTypeOf<CreateCallRequest>().toExtend<{ targets: []; meeting: Meeting }>();
    expectTypeOf<{
      callbackUri: string;
      tenantId: string;
      meeting: { joinUrl: string };
    }>().toExtend<CreateCallRequest>();
    expectTypeOf<{ callbackUri: string; tenantId: string }>().not.toExtend<CreateCallRequest>();
  });
});

describe("the simulator", () => {
  let simulator: Simulator;
  let dtmf: DtmfClient;

  beforeAll(async () => {
    simulator = await startSimulator();
    dtmf = createDtmfClient({ baseUrl: simulator.url, credential: simulator.credential });
  });
  afterAll(async () => {
    await dtmf.close();
    await simulator.close();
  });

  it.each<[string, Meeting]>([
    ["link", { joinUrl: JOIN_URL }],
    ["organizer", { organizer: { id: ORGANIZER }, chatInfo: { threadId: THREAD } }],
    ["meeting id and passcode", { joinMeetingId: "234 567 890 12", passcode: "Ab3dE6" }],
    ["meeting id", { joinMeetingId: "234 567 890 12" }],
  ])("accepts a meeting by %s", async (_, meeting) => {
    const { tenantId } = simulator;
    const call = await dtmf.calls.create({ callbackUri: "http://127.0.0.1:9/callback", tenantId, meeting });
    expect(call).toMatchObject({ state: "establishing" });
  });
});
