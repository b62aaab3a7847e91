import {
  assert,
  asyncProperty,
  constantFrom,
  dictionary,
  jsonValue,
  oneof,
  option,
  record,
  string,
  uint8Array,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { edges, type Post } from "../__fixtures__/edges.ts";
import {
  CALL,
  callEntry,
  envelope,
  LEGACY,
  participantsEntry,
  toneEntry,
  tonesEntry,
} from "../__fixtures__/envelopes.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";

const entry = oneof(
  jsonValue(),
  constantFrom(
    toneEntry(1),
    tonesEntry("o"),
    callEntry("incoming"),
    participantsEntry([]),
    callEntry("x", { changeType: "deleted" }),
  ),
  record(
    {
      changeType: oneof(constantFrom("created", "updated", "deleted"), jsonValue()),
      resourceUrl: oneof(
        constantFrom(`/communications/calls/${CALL}`, "/app/calls//operations/x"),
        string(),
        jsonValue(),
      ),
      resourceData: oneof(
        dictionary(constantFrom("@odata.type", "state", "toneInfo", "id", "status", "__proto__"), jsonValue()),
        jsonValue(),
      ),
    },
    { requiredKeys: [] },
  ),
);

const body = oneof(
  uint8Array({ maxLength: 200 }),
  jsonValue().map((value) => JSON.stringify(value)),
  string(),
  constantFrom(LEGACY, `{"value":[`, "\u0000"),
  option(entry).map((one) => envelope(one, one)),
);

const post = record<Post>(
  {
    method: constantFrom("POST", "POST", "POST", "GET", "PUT", "HEAD", "DELETE", "OPTIONS"),
    authorization: constantFrom(
      [],
      ["Bearer good"],
      ["Bearer good"],
      ["Bearer good"],
      ["Bearer bad"],
      ["Bearer good", "x"],
      ["Bearer no-keys"],
    ),
    headers: dictionary(
      constantFrom("content-type", "x-a"),
      constantFrom("", "text/plain", "application/json; charset=Windows-1252", "%00"),
    ),
    body,
  },
  { requiredKeys: [] },
);

describe.each(edges)("any request behind $name", (edge) => {
  it("gets the documented answer and leaves nothing behind", { timeout: 60_000 }, async () => {
    const { send, receiver, clock, record: listen, operations } = await openReceiver({ maxBodyBytes: 600 }, edge);
    listen();
    await assert(
      asyncProperty(post, constantFrom(true, false), async (request, isDown) => {
        if (isDown) operations.takeDown();
        else operations.bringBack();
        const { status, body: text } = await send(request);
        const expected = isDown ? [202, 204, 400, 401, 405, 413, 503] : [202, 204, 400, 401, 405, 413];
        if (request.authorization?.[0] === "Bearer no-keys") expected.push(503);
        expect(expected).toContain(status);
        expect(text).toBe("");
        await receiver.drain();
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is answered whatever the handlers do", { timeout: 60_000 }, async () => {
    const { deliver, receiver, errors } = await openReceiver({}, edge);
    for (const kind of ["operation", "tone", "call", "participants", "unknown"] as const) {
      receiver.on(kind, () => {
        throw undefined;
      });
      receiver.on(kind, () => Promise.reject());
    }
    await assert(
      asyncProperty(entry, async (one) => {
        expect((await deliver(one)).status).toBe(202);
        await receiver.drain();
      }),
      { numRuns: 300 },
    );
    expect(errors.length).toBeGreaterThan(0);
  });
});
