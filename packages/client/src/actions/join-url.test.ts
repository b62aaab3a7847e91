import { describe, expect, it } from "vitest";
import { parseJoinUrl } from "./join-url.ts";

const THREAD = "19:meeting_Win6Ydo4wsMijFjZS00ZGVjLTk5MGUtOTRjNWY2NmNkYTFm@thread.v2";
const TENANT = "aa67bd4c-8475-432d-bd41-39f255720e0a";
const ORGANIZER = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96";
const context = (members: object): string => `?context=${encodeURIComponent(JSON.stringify(members))}`;
const link = (path: string, query = context({ Tid: TENANT, Oid: ORGANIZER })): string =>
  `https://teams.microsoft.com${path}${query}`;
const meetup = `/l/meetup-join/${encodeURIComponent(THREAD)}/0`;

describe("parseJoinUrl", () => {
  it("reads chat and organizer", () => {
    expect(parseJoinUrl(link(meetup))).toEqual({
      threadId: THREAD,
      messageId: "0",
      organizer: { id: ORGANIZER, tenantId: TENANT },
    });
  });

  it("accepts unescaped characters, a trailing slash and unknown parameters", () => {
    const query = context({ Tid: TENANT, Oid: ORGANIZER, IsBroadcastMeeting: false });
    expect(parseJoinUrl(link(`/l/meetup-join/${THREAD}/0/`, `${query}&anon=true`))).toMatchObject({ threadId: THREAD });
  });

  it("reads the channel message of a channel meeting", () => {
    const url = link(
      "/l/meetup-join/19%3achannel%40thread.tacv2/1606337455313",
      context({ Tid: TENANT, Oid: ORGANIZER, MessageId: "1606337455000" }),
    );
    expect(parseJoinUrl(url)).toMatchObject({ messageId: "1606337455313", replyChainMessageId: "1606337455000" });
  });

  it("reads links of other clouds, and links without a tenant", () => {
    const url = `https://gov.teams.microsoft.us${meetup}${context({ Oid: ORGANIZER })}`;
    expect(parseJoinUrl(url).organizer).toEqual({ id: ORGANIZER });
  });

  it.each([
    ["undefined", undefined],
    ["a URL object", new URL(link(meetup))],
    ["a text that is not a URL", "teams.microsoft.com"],
    ["http", link(meetup).replace("https", "http")],
    ["a short link", "https://teams.microsoft.com/meet/23456789012?p=Ab3dE6"],
    ["no message", link(`/l/meetup-join/${encodeURIComponent(THREAD)}`)],
    ["an invalid escape", link("/l/meetup-join/19%zz/0")],
    ["no context", link(meetup, "")],
    ["a context that is not JSON", link(meetup, "?context=tenant")],
    ["a context that is a list", link(meetup, "?context=[]")],
    ["no organizer", link(meetup, context({ Tid: TENANT }))],
    ["a number as organizer", link(meetup, context({ Tid: TENANT, Oid: 7 }))],
  ])("refuses without repeating the link: %s", (_, url) => {
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
