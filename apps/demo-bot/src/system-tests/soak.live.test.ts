import { expect, test } from "vitest";
import type { CheckedSend } from "./__fixtures__/soak/check-sends.ts";
import { runSoak, type SoakResult } from "./__fixtures__/soak/run-soak.ts";

// Environment variables select another run: SOAK_SEED=7 SOAK_HOURS=20 npm run test:live -w @graph-dtmf/demo-bot -- src/system-tests/soak.live.test.ts
const HOURS = Number(process.env.SOAK_HOURS ?? 10);
const SEED = Number(process.env.SOAK_SEED ?? 20261124);

const sockets = (): string[] => process.getActiveResourcesInfo().filter((kind) => /tcp/i.test(kind));

test("hours of calls with faults of every kind: each outcome agrees with the played tones, and nothing is left", async () => {
  const before = sockets();
  const startedMs = performance.now();
  const result = await runSoak({ hours: HOURS, seed: SEED });
  print(result, performance.now() - startedMs);

  expect(result.sends.filter(({ problem }) => problem !== undefined)).toEqual([]);
  expect(result.sends.length).toBeGreaterThan(HOURS * 50);
  // Every wait has settled without close().
  expect(result.pending).toBe(0);
  expect(result.timers).toBe(0);
  for (let turns = 0; turns < 100 && sockets().length > before.length; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sockets()).toEqual(before);
});

test("the same seed gives the same run", async () => {
  const [one, other] = [await runSoak({ hours: 1, seed: SEED }), await runSoak({ hours: 1, seed: SEED })];
  expect(comparable(other)).toEqual(comparable(one));
});

const comparable = ({ sends, ...rest }: SoakResult): unknown => ({
  ...rest,
  sends: sends.map(({ send, received }) => [send.tones, send.fault, resultOf(send), received]),
});

function print({ sends, calls, undelivered }: SoakResult, tookMs: number): void {
  const rows = new Map<string, CheckedSend[]>();
  for (const checked of sends) rows.set(checked.send.fault, [...(rows.get(checked.send.fault) ?? []), checked]);
  const columns = [...new Set(sends.map(({ send }) => resultOf(send)))].sort();
  const table = [...rows]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([fault, of]) => {
      const counts = columns.map((column) => [column, of.filter(({ send }) => resultOf(send) === column).length || ""]);
      const inFull = of.filter(({ received }) => received.extent === "all").length;
      return [fault, { sends: of.length, "received in full": inFull, ...Object.fromEntries(counts) }];
    });
  console.table(Object.fromEntries(table));
  console.log(
    `seed ${SEED}: ${HOURS} h in ${Math.round(tookMs / 1000)} s, ${calls.made} calls and ${calls.refused} refused calls, ` +
      `${sends.length} sends; undelivered notifications by reason: ${JSON.stringify(undelivered)}`,
  );
}

/** The result of a send, for a table. */
function resultOf({ response, outcome }: CheckedSend["send"]): string {
  if (response === "accepted") return outcome?.outcome ?? "pending";
  return response === "unknown" ? `unknown, ${outcome?.outcome}` : response;
}
