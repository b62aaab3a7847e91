import { describe, expect, it } from "vitest";
import { edges, GOOD, type Post } from "../__fixtures__/edges.ts";
import { envelope, futureEntry, LEGACY, toneEntry } from "../__fixtures__/envelopes.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";
import { FakeOperations, TENANT, until, verifier } from "../__fixtures__/ports.ts";
import { createNotificationReceiver } from "./notification-receiver.ts";

describe.each(edges)("a receiver behind $name", (edge) => {
  describe("answers", () => {
    const cases: readonly [title: string, post: Post, status: number, headers?: Record<string, string>][] = [
      ["202 to a notification", { body: envelope(toneEntry(1)) }, 202],
      ["202 to an unknown type", { body: envelope(futureEntry()) }, 202],
      ["202 to an empty batch", { body: envelope() }, 202],
      ["202 to a batch with invalid entries", { body: envelope(null, 7, toneEntry(1)) }, 202],
      ["202 to any declared charset", { body: envelope(toneEntry(1)), headers: windows1252 }, 202],
      ["202 to a byte that is invalid UTF-8", { body: latin1(envelope({ note: "é" })), headers: windows1252 }, 202],
      ["202 to a body with a declared length", sized(envelope(toneEntry(1))), 202],
      ["202 to a body in many chunks", { body: [...Buffer.from(envelope())].map((byte) => Buffer.of(byte)) }, 202],
      ["204 to the legacy protocol", { body: LEGACY }, 204],
      ["400 without a body", {}, 400],
      ["400 to a body that is not JSON", { body: "{" }, 400],
      ["400 to a body that is not an envelope", { body: "[]" }, 400],
      ["400 to an envelope without entries", { body: `{"value":{}}` }, 400],
      ["401 without a token", { authorization: [], body: envelope() }, 401, { "www-authenticate": "Bearer" }],
      ["401 to an invalid token", { authorization: ["Bearer bad"], body: envelope() }, 401],
      ["401 to two tokens, the first valid", { authorization: ["Bearer good", "Bearer bad"], body: envelope() }, 401],
      ["401 to two tokens, both valid", { authorization: ["Bearer good", "Bearer good"], body: envelope() }, 401],
      ["401 to an invalid token in the legacy protocol", { authorization: ["Bearer bad"], body: LEGACY }, 401],
      ["405 to GET", { method: "GET" }, 405, { allow: "POST" }],
      ["405 to HEAD", { method: "HEAD" }, 405, { allow: "POST" }],
      ["405 to PUT without a token", { method: "PUT", authorization: [], body: envelope() }, 405],
      ["413 to a declared length over the limit", { headers: { "content-length": "1048577" }, endless: true }, 413],
      [
        "413 to chunks over the limit",
        { body: Array<Uint8Array>(17).fill(new Uint8Array(65_536)), endless: true },
        413,
      ],
      ["500 if the verifier fails", { authorization: ["Bearer bug"], body: envelope() }, 500],
      ["503 if no key can be loaded", { authorization: ["Bearer no-keys"], body: envelope() }, 503],
    ];

    it.each(cases)("%s", async (...[, post, status, headers = {}]) => {
      const { send, clock } = await openReceiver({}, edge);
      const answer = await send(post);
      expect(answer.status).toBe(status);
      expect(Object.fromEntries(answer.headers)).toMatchObject(headers);
      expect(answer.body).toBe("");
      await clock.advance(250);
      await until(() => clock.pending === 0);
    });

    it("202 to a body of exactly the limit, and 413 to one byte more", async () => {
      const body = envelope(toneEntry(1));
      const { send } = await openReceiver({ maxBodyBytes: body.length }, edge);
      expect((await send({ body })).status).toBe(202);
      expect((await send({ body: `${body} ` })).status).toBe(413);
    });

    it("408 to a body that does not end in time", async () => {
      const { send, clock } = await openReceiver({}, edge);
      const answer = send({ body: "{", endless: true });
      await until(() => clock.pending === 1);
      await clock.advance(9_999);
      expect(clock.pending).toBe(1);
      await clock.advance(1);
      expect((await answer).status).toBe(408);
    });
  });

  describe("refuses", () => {
    it.each([["Bearer bad"], ["Bearer bug"], ["Bearer no-keys"], ["Bearer good, Bearer good"]])("%s", async (token) => {
      const { send, record, operations } = await openReceiver({}, edge);
      const seen = record();
      await send({ authorization: [token], body: envelope(toneEntry(1)) });
      await send({ body: envelope(toneEntry(2)) });
      await until(() => seen.length > 0);
      expect(seen).toMatchObject([{ toneInfo: { sequenceId: 2 } }]);
      expect(operations.received).toEqual([]);
    });
  });

  it("reports the errors of operators to onError, and no errors of unverified senders", async () => {
    const { send, errors } = await openReceiver({}, edge);
    for (const token of ["Bearer bad", "Bearer bug", "Bearer no-keys"]) await send({ authorization: [token] });
    await send({ body: "no envelope" });
    await send({ body: LEGACY });
    expect(errors).toMatchObject([
      { error: { name: "TypeError" } },
      { error: { code: "keys_unavailable" } },
      { error: { code: "invalid_notification" } },
    ]);
  });

  it("refuses two tokens, whatever the verifier returns for them", async () => {
    const trusting = { verify: async () => ({ tenantId: TENANT, claims: {} }) };
    const { send } = await openReceiver({ verifier: trusting }, edge);
    expect((await send({ authorization: [GOOD] })).status).toBe(400);
    expect((await send({ authorization: [GOOD, GOOD] })).status).toBe(401);
  });

  it("answers 500 if a verifier returns no tenant", async () => {
    const careless = { verify: async () => ({}) as { tenantId: string; claims: object } };
    const { deliver, errors } = await openReceiver({ verifier: { ...careless } as typeof verifier }, edge);
    expect((await deliver(toneEntry(1))).status).toBe(500);
    expect(errors).toMatchObject([{ error: { message: "expected a tenantId of the verifier, got none" } }]);
  });
});

describe("createNotificationReceiver", () => {
  const operations = new FakeOperations();

  it("throws without a verifier or operations", () => {
    // @ts-expect-error A receiver that lets everybody in cannot be written down.
    expect(() => createNotificationReceiver({ operations })).toThrow("expected a verifier");
    // @ts-expect-error
    expect(() => createNotificationReceiver({ verifier })).toThrow("expected operations");
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("rejects %d as a limit", (limit) => {
    expect(() => createNotificationReceiver({ verifier, operations, maxBodyBytes: limit })).toThrow("maxBodyBytes");
    expect(() => createNotificationReceiver({ verifier, operations, bodyTimeoutMs: limit })).toThrow("bodyTimeoutMs");
  });
});

const windows1252 = { "content-type": "application/json; charset=Windows-1252" };

function latin1(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

function sized(body: string): Post {
  return { body, headers: { "content-length": String(Buffer.byteLength(body)) } };
}
