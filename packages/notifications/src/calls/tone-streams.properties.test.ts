import { array, assert, asyncProperty, integer, record } from "fast-check";
import { expect, test } from "vitest";
import { CALL } from "../__fixtures__/envelopes.ts";
import { collectFrom, openTones, toneOf } from "../__fixtures__/open-tones.ts";

const WINDOW_MS = 500;
/** The longest time of a sequence: 10 s after its start, a tone with the number 1 starts another one. */
const LONGEST_MS = 9_000;

/** Tones in any order, repeated, and with some missing. */
const arrivals = array(record({ afterMs: integer({ min: 0, max: 400 }), sequenceId: integer({ min: 1, max: 12 }) }), {
  maxLength: 40,
});

test("a stream is in order, without duplicates and with exact gaps, for any order, repetition and loss", async () => {
  await assert(
    asyncProperty(arrivals, async (delivered) => {
      const { receiver, press, clock, endCall } = await openTones();
      const tones = collectFrom(receiver.tones(CALL));
      const others = collectFrom(receiver.tones(CALL));
      const startMs = clock.now();
      const firstAtMs = new Map<number, number>();
      for (const { afterMs, sequenceId } of delivered) {
        if (clock.now() + afterMs - startMs > LONGEST_MS) break;
        await clock.advance(afterMs);
        if (!firstAtMs.has(sequenceId)) firstAtMs.set(sequenceId, clock.now());
        await press(sequenceId);
      }
      await clock.advance(WINDOW_MS);
      const held = tones.received.length;
      await endCall();
      await Promise.all([tones.done, others.done]);

      // A tone is lost if it never arrives, or after a later tone was held for the whole window.
      const inTime = [...firstAtMs]
        .filter(([one, atMs]) => [...firstAtMs].every(([later, laterMs]) => later < one || atMs < laterMs + WINDOW_MS))
        .map(([sequenceId]) => sequenceId)
        .sort((one, other) => one - other);
      const expected = inTime.map((sequenceId, index) => ({
        sequenceId,
        tone: toneOf(sequenceId),
        gapBefore: sequenceId - (inTime[index - 1] ?? 0) - 1,
      }));
      expect(tones.received).toEqual(expected);
      expect(others.received).toEqual(expected);
      expect(held).toBe(expected.length);
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 150 },
  );
}, 60_000);
