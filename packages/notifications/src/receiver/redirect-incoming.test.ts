import { describe, expect, it } from "vitest";
import { edges } from "../__fixtures__/edges.ts";
import { callEntry, tonesEntry } from "../__fixtures__/envelopes.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";
import { until } from "../__fixtures__/ports.ts";

const incoming = callEntry("incoming", { changeType: "created" });

describe.each(edges)("redirectIncoming behind $name", (edge) => {
  it.each([
    ["a text", () => "https://emea.example.com/callback"],
    ["a URL", () => new URL("https://emea.example.com/callback")],
    ["a promise", async () => "https://emea.example.com/callback"],
  ])("redirects a call by returning %s", async (_, redirectIncoming) => {
    const { receiver, deliver, record, clock } = await openReceiver({ redirectIncoming }, edge);
    const seen = record();
    // A repeated notification is redirected again, because the first answer may have been lost.
    for (let time = 0; time < 2; time++) {
      const { status, headers } = await deliver(incoming);
      expect([status, headers.get("location")]).toEqual([302, "https://emea.example.com/callback"]);
    }
    await receiver.drain();
    expect(seen).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("keeps a call by returning undefined", async () => {
    const { receiver, deliver, record } = await openReceiver({ redirectIncoming: () => undefined }, edge);
    const seen = record();
    const { status, headers } = await deliver(incoming);
    expect([status, headers.get("location")]).toEqual([202, null]);
    await receiver.drain();
    expect(seen).toMatchObject([{ call: { state: "incoming" } }]);
  });

  it("is called for incoming calls only", async () => {
    const calls: unknown[] = [];
    const { deliver } = await openReceiver({ redirectIncoming: ({ call }) => void calls.push(call.state) }, edge);
    await deliver(callEntry("established"), tonesEntry("o"), incoming);
    expect(calls).toEqual(["incoming"]);
  });

  it("redirects no other notification of the batch", async () => {
    const { receiver, deliver, record } = await openReceiver({ redirectIncoming: () => "https://a.example" }, edge);
    const seen = record();
    expect((await deliver(tonesEntry("o"), incoming)).status).toBe(302);
    await receiver.drain();
    expect(seen.map(({ kind }) => kind)).toEqual(["operation"]);
  });

  it("is overruled by a failure of the store, and called again for the repeated notification", async () => {
    const { operations, receiver, deliver, record } = await openReceiver(
      { redirectIncoming: () => "https://a.example" },
      edge,
    );
    const seen = record();
    operations.takeDown();
    const { status, headers } = await deliver(tonesEntry("o"), incoming);
    expect([status, headers.get("location")]).toEqual([503, null]);
    operations.bringBack();
    expect((await deliver(tonesEntry("o"), incoming)).status).toBe(302);
    await receiver.drain();
    expect(seen.map(({ kind }) => kind)).toEqual(["operation"]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new RangeError("x");
      },
      { name: "RangeError" },
    ],
    [
      "rejects",
      async () => {
        throw new RangeError("x");
      },
      { name: "RangeError" },
    ],
    ["returns a text that is not a URL", () => "elsewhere", { code: "invalid_request" }],
    ["returns a URL that is not http", () => "javascript:alert(1)", { code: "invalid_request" }],
    ["returns a number", () => 7 as unknown as string, { code: "invalid_request" }],
  ])("keeps the call if it %s", async (_, redirectIncoming, error) => {
    const { receiver, deliver, record, errors } = await openReceiver({ redirectIncoming }, edge);
    const seen = record();
    expect((await deliver(incoming)).status).toBe(202);
    await receiver.drain();
    expect(seen).toHaveLength(1);
    expect(errors).toMatchObject([{ error, notification: { kind: "call" } }]);
  });

  it("keeps the call if it takes more than 5 s", async () => {
    let isCalled = false;
    const redirectIncoming = () => {
      isCalled = true;
      return new Promise<undefined>(() => {});
    };
    const { deliver, errors, clock } = await openReceiver({ redirectIncoming }, edge);
    const answer = deliver(incoming);
    await until(() => isCalled);
    await clock.advance(4_999);
    expect(errors).toEqual([]);
    await clock.advance(1);
    expect((await answer).status).toBe(202);
    expect(errors).toMatchObject([{ error: { code: "redirect_timeout" } }]);
    expect(clock.pending).toBe(0);
  });

  it("puts only characters of a URL into the header", async () => {
    const { deliver } = await openReceiver({ redirectIncoming: () => "https://a.example/\r\nset-cookie: x=é" }, edge);
    const { headers } = await deliver(incoming);
    expect(headers.get("set-cookie")).toBeNull();
    expect(headers.get("location")).toBe("https://a.example/set-cookie:%20x=%C3%A9");
  });
});
