import { expect, test } from "vitest";
import type { Account } from "./__fixtures__/soak/check-sends.ts";
import { type Soaked, soak } from "./__fixtures__/soak/run-soak.ts";

// Another seed is another ten hours: SOAK_SEED=7 npm run test:live --workspace=@graph-dtmf/demo-bot -- src/soak.live.test.ts
const HOURS = Number(process.env.SOAK_HOURS ?? 10);
const SEED = Number(process.env.SOAK_SEED ?? 20261124);

const sockets = (): string[] => process.getActiveResourcesInfo().filter((kind) => /tcp/i.test(kind));

test("hours of calls among faults of every kind: each send is accounted for, and nothing is left", async () => {
  const before = sockets();
  const startedMs = performance.now();
  const soaked = await soak({ hours: HOURS, seed: SEED });
  tell(soaked, performance.now() - startedMs);

  expect(soaked.accounts.filter(({ fault }) => fault !== undefined)).toEqual([]);
  expect(soaked.accounts.length).toBeGreaterThan(HOURS * 50);
  // Every wait has ended of itself.
  expect(soaked.pending).toBe(0);
  expect(soaked.timers).toBe(0);
  for (let turns = 0; turns < 100 && sockets().length > before.length; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sockets()).toEqual(before);
});

test("the same seed tells the same story", async () => {
  const [one, other] = [await soak({ hours: 1, seed: SEED }), await soak({ hours: 1, seed: SEED })];
  expect(storyOf(other)).toEqual(storyOf(one));
});

const storyOf = ({ accounts, ...rest }: Soaked): unknown => ({
  ...rest,
  accounts: accounts.map(({ send, heard }) => [send.tones, send.fault, told(send), heard]),
});

function tell({ accounts, calls, undelivered }: Soaked, tookMs: number): void {
  const rows = new Map<string, Account[]>();
  for (const account of accounts) rows.set(account.send.fault, [...(rows.get(account.send.fault) ?? []), account]);
  const columns = [...new Set(accounts.map(({ send }) => told(send)))].sort();
  const table = [...rows]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([fault, of]) => {
      const counts = columns.map((column) => [column, of.filter(({ send }) => told(send) === column).length || ""]);
      const inFull = of.filter(({ heard }) => heard.extent === "all").length;
      return [fault, { sends: of.length, "heard in full": inFull, ...Object.fromEntries(counts) }];
    });
  console.table(Object.fromEntries(table));
  console.log(
    `seed ${SEED}: ${HOURS} h in ${Math.round(tookMs / 1000)} s, ${calls.made} calls and ${calls.refused} that were refused, ` +
      `${accounts.length} sends; notifications that reached nobody: ${JSON.stringify(undelivered)}`,
  );
}

/** The bot's view of a send, in a word or two. */
function told({ answer, outcome }: Account["send"]): string {
  if (answer === "accepted") return outcome?.outcome ?? "waiting";
  return answer === "unknown" ? `unknown, ${outcome?.outcome}` : answer;
}
