import { describe, expect, it } from "vitest";
import { parseJoinUrl } from "./join-url.ts";

const THREAD = "19:meeting_Win6Ydo4wsMijFjZS00ZGVjLTk5MGUtOTRjNWY2NmNkYTFm@thread.v2";
const TENANT = "aa67bd4c-8475-432d-bd41-39f255720e0a";
const ORGANIZER = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96";
const context = (members: object): string => `?context=${encodeURIComponent(JSON.stringify(members))}`;
const link = (path: string, query = context({ Tid: TENANT, Oid: ORGANIZER })): string =>
  `https://teams.microsoft.com${path}${query}`;
const meetup = `/l/meetup-join/${encodeURIComponent(THREAD)}/0`;

describe("the link of an invitation", () => {
  it("tells the chat, and who organises the meeting", () => {
    expect(parseJoinUrl(link(meetup))).toEqual({
      threadId: THREAD,
      messageId: "0",
      organizer: { id: ORGANIZER, tenantId: TENANT },
    });
  });

  it("may be spelled without escapes, with a slash at its end, and carry more than we know", () => {
    const query = context({ Tid: TENANT, Oid: ORGANIZER, IsBroadcastMeeting: false });
    expect(parseJoinUrl(link(`/l/meetup-join/${THREAD}/0/`, `${query}&anon=true`))).toMatchObject({ threadId: THREAD });
  });

  it("of a channel's meeting names the message that the meeting hangs below", () => {
    const url = link(
      "/l/meetup-join/19%3achannel%40thread.tacv2/1606337455313",
      context({ Tid: TENANT, Oid: ORGANIZER, MessageId: "1606337455000" }),
    );
    expect(parseJoinUrl(url)).toMatchObject({ messageId: "1606337455313", replyChainMessageId: "1606337455000" });
  });

  it("of another cloud's Teams is read too, and one without a tenant", () => {
    const url = `https://gov.teams.microsoft.us${meetup}${context({ Oid: ORGANIZER })}`;
    expect(parseJoinUrl(url).organizer).toEqual({ id: ORGANIZER });
  });

  it.each([
    ["nothing", undefined],
    ["no text", new URL(link(meetup))],
    ["no URL", "teams.microsoft.com"],
    ["http", link(meetup).replace("https", "http")],
    ["a short link", "https://teams.microsoft.com/meet/23456789012?p=Ab3dE6"],
    ["no message", link(`/l/meetup-join/${encodeURIComponent(THREAD)}`)],
    ["an escape that is none", link("/l/meetup-join/19%zz/0")],
    ["no context", link(meetup, "")],
    ["a context that is no JSON", link(meetup, "?context=tenant")],
    ["a context that is a list", link(meetup, "?context=[]")],
    ["no organizer", link(meetup, context({ Tid: TENANT }))],
    ["an organizer that is no text", link(meetup, context({ Tid: TENANT, Oid: 7 }))],
  ])("is refused without being repeated: %s", (_, url) => {
    const error = (() => {
      try {
        return parseJoinUrl(url);
      } catch (error) {
        return error as Error;
      }
    })();
    expect(error).toMatchObject({ code: "invalid_request", message: expect.stringContaining("joinMeetingId") });
    expect(JSON.stringify(error) + (error as Error).message).not.toMatch(/Ab3dE6|19%|meeting_Win6/);
  });
});
