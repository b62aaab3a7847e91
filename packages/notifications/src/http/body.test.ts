import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, it } from "vitest";
import { type BodySink, collectBody } from "./body.ts";

/** A body that a test sends by hand. */
function begin() {
  const clock = createManualClock();
  const sinks: BodySink[] = [];
  let stopped = 0;
  const reading = collectBody(
    (sink) => {
      sinks.push(sink);
      return () => stopped++;
    },
    { maxBytes: 4, timeoutMs: 10, clock },
  );
  const [sink] = sinks as [BodySink];
  return { clock, reading, sink, stopped: () => stopped };
}

describe("collectBody", () => {
  it("joins the chunks", async () => {
    const { reading, sink } = begin();
    for (const byte of [1, 2, 3, 4]) sink.chunk(Uint8Array.of(byte));
    sink.end();
    expect(await reading).toEqual({ body: Uint8Array.of(1, 2, 3, 4) });
  });

  it("returns an empty body as no bytes", async () => {
    const { reading, sink } = begin();
    sink.end();
    expect(await reading).toEqual({ body: new Uint8Array() });
  });

  it.each([
    ["end", ({ sink }: ReturnType<typeof begin>) => sink.end(), { body: expect.anything() }],
    ["break", ({ sink }: ReturnType<typeof begin>) => sink.abort(), { fault: "incomplete" }],
    ["limit of bytes", ({ sink }: ReturnType<typeof begin>) => sink.chunk(new Uint8Array(5)), { fault: "tooLarge" }],
    ["limit of time", ({ clock }: ReturnType<typeof begin>) => clock.advance(10), { fault: "tooSlow" }],
  ])("stops once at the first %s and leaves no timer", async (_, happen, expected) => {
    const body = begin();
    await happen(body);
    body.sink.chunk(new Uint8Array(5));
    body.sink.abort();
    body.sink.end();
    expect(await body.reading).toEqual(expected);
    expect(body.stopped()).toBe(1);
    expect(body.clock.pending).toBe(0);
  });
});
