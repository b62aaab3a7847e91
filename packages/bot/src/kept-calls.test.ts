import { GraphRequestError } from "@graph-dtmf/client";
import type { Clock } from "@graph-dtmf/models";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { createMemoryOperationStore } from "@graph-dtmf/notifications";
import { storeContract } from "@graph-dtmf/notifications/testing";
import { describe, expect, test } from "vitest";
import { SharedLeases } from "./__fixtures__/shared-leases.ts";
import { CallLife } from "./call-life.ts";
import { KeptCalls } from "./kept-calls.ts";

const MINUTE_MS = 60_000;
const CALL = "57dab8b1-894c-409a-b240-bd8beae78896";

/** Instances that share leases, and a Graph that notes who told it of which call, and in which minute. */
function openInstances() {
  const clock = createManualClock();
  const leases = new SharedLeases(clock);
  const beganAtMs = clock.now();
  const told: string[] = [];
  const graph = { answer: async (): Promise<void> => {} };
  const open = (name: string, isAlone = false) => {
    const mortal = mortalClock(clock);
    const lives = new Map<string, CallLife>();
    const errors: unknown[] = [];
    const lifeOf = (callId: string): CallLife => {
      const life = lives.get(callId) ?? new CallLife();
      lives.set(callId, life);
      return life;
    };
    const kept = new KeptCalls({
      leases: isAlone ? undefined : leases.instance(),
      clock: mortal.clock,
      random: () => 0,
      lifeOf,
      keepAlive: async (callId, tenantId) => {
        const minute = (clock.now() - beganAtMs) / MINUTE_MS;
        told.push(`${name}@${minute}${callId === CALL ? "" : ` ${callId}`}${tenantId ? ` in ${tenantId}` : ""}`);
        await graph.answer();
      },
      failed: (error, about) => errors.push([error, about?.callId]),
    });
    return {
      kept,
      errors,
      lifeOf,
      keep: (callId = CALL) => kept.keep(callId, lifeOf(callId)),
      stop: (callId = CALL) => kept.stop(callId, lifeOf(callId)),
      end: () => lifeOf(CALL).end(undefined),
      die: mortal.die,
    };
  };
  return { clock, leases, told, graph, open, pass: (minutes: number) => clock.advance(minutes * MINUTE_MS) };
}

/** A clock of one process: once that has died, nothing happens by it any more. */
function mortalClock(clock: ManualClock): { clock: Clock; die(): void } {
  let isDead = false;
  return {
    clock: { now: clock.now, after: (ms, callback) => clock.after(ms, () => isDead || callback()) },
    die: () => {
      isDead = true;
    },
  };
}

describe("the leases of these tests keep the contract of stores", () => {
  const leases = new SharedLeases(createManualClock());
  const makeStore = () => Object.assign(createMemoryOperationStore(), { leases: leases.instance() });
  const cases = storeContract(makeStore).filter(({ name }) => name.startsWith("where it has leases"));
  test("in two cases", () => expect(cases).toHaveLength(2));
  for (const { name, run } of cases) test(name, run);
});

describe("a call that is kept alive", () => {
  test("is told of by one instance, as long as that lives", async () => {
    const { open, told, pass } = openInstances();
    const [one] = [open("one"), open("other")];
    one.keep();
    await pass(90);
    expect(told).toEqual(["one@15", "one@30", "one@45", "one@60", "one@75", "one@90"]);
  });

  test("is taken over from one that died by one that never heard of it, in its tenant, and in time", async () => {
    const { open, told, pass } = openInstances();
    const [one, ..._others] = [open("one"), open("other"), open("third")];
    one.lifeOf(CALL).tenantId = "contoso";
    one.keep();
    await pass(29);
    one.die();
    await pass(40);
    expect(told.slice(1)).toEqual(["other@35 in contoso", "other@50 in contoso", "other@65 in contoso"]);
  });

  test("outlives two that die one after the other, before Graph gives it up", async () => {
    const { open, told, pass, graph } = openInstances();
    const [one, other] = [open("one"), open("other"), open("third")];
    one.keep();
    await pass(15);
    one.die();
    const unanswered = new Promise<void>(() => {});
    graph.answer = () => unanswered;
    await pass(20);
    other.die();
    await pass(25);
    expect(told).toEqual(["one@15", "other@35", "third@55"]);
  });

  test("stays with who took it over when the one that seemed dead comes back", async () => {
    const { clock, leases, open, told, pass } = openInstances();
    const one = open("one");
    one.keep();
    await pass(14);
    await leases.instance().take({ callId: CALL }, 0);
    open("other");
    await pass(60);
    expect(new Set(told.map((text) => text.slice(0, 3))).size).toBe(1);
    expect(clock.pending).toBe(3);
  });

  test("goes over to the instance that is asked last", async () => {
    const { open, told, pass } = openInstances();
    const [one, other] = [open("one"), open("other")];
    one.keep();
    await pass(10);
    other.keep();
    await pass(30);
    expect(told).toEqual(["other@25", "other@40"]);
  });

  test("is told of by its instance alone where nobody shares, with no other timer", async () => {
    const { open, told, pass, clock } = openInstances();
    const one = open("one", true);
    expect(clock.pending).toBe(0);
    one.keep();
    one.keep();
    await pass(30);
    expect([told, clock.pending]).toEqual([["one@15", "one@30"], 1]);
    one.stop();
    expect(clock.pending).toBe(0);
  });
});

describe("a call that is kept alive no longer is forgotten by all", () => {
  test("when it is stopped, wherever that is", async () => {
    const { open, told, pass, leases, clock } = openInstances();
    const [one, other] = [open("one"), open("other")];
    one.keep();
    await pass(10);
    other.stop();
    await pass(60);
    expect([told, leases.callIds, clock.pending]).toEqual([[], [], 2]);
  });

  test("when it ends", async () => {
    const { open, told, pass, leases, clock } = openInstances();
    const [one] = [open("one"), open("other")];
    one.keep();
    await pass(20);
    one.end();
    await pass(60);
    expect([told, leases.callIds, clock.pending]).toEqual([["one@15"], [], 2]);
  });

  test("when Graph does not know it", async () => {
    const { open, told, pass, leases, clock, graph } = openInstances();
    const [one, other] = [open("one"), open("other")];
    graph.answer = async () => {
      throw new GraphRequestError({ status: 404, message: "no such call", graphCodes: [], retryable: false });
    };
    one.keep();
    one.die();
    await pass(90);
    expect([told, leases.callIds, clock.pending, other.errors]).toEqual([["other@20"], [], 1, []]);
  });

  test("also where the store was away when it was stopped", async () => {
    const { open, told, pass, leases } = openInstances();
    const [one] = [open("one"), open("other")];
    one.keep();
    await pass(1);
    leases.isAway = true;
    one.stop();
    await pass(5);
    leases.isAway = false;
    await pass(60);
    expect([told, leases.callIds]).toEqual([[], []]);
  });

  test("but not when its instance closes: the others go on with it", async () => {
    const { open, told, pass } = openInstances();
    const [one] = [open("one"), open("other")];
    one.keep();
    await pass(16);
    one.kept.close();
    await pass(20);
    expect(told).toEqual(["one@15", "other@35"]);
  });
});

describe("while the store is away", () => {
  test("each goes on with its calls, says so once, and has them shared once it is back", async () => {
    const { open, told, pass, leases } = openInstances();
    const [one, other] = [open("one"), open("other")];
    leases.isAway = true;
    one.keep();
    await pass(46);
    expect(told).toEqual(["one@15", "one@30", "one@45"]);
    expect([one.errors, other.errors]).toEqual([
      [[new Error("the store is away"), CALL]],
      [[expect.any(Error), undefined]],
    ]);
    leases.isAway = false;
    await pass(1);
    one.die();
    await pass(25);
    expect(told.slice(3)).toEqual(["other@67"]);
  });

  test("a call that is asked for goes over once it is back, though another still holds it", async () => {
    const { open, told, pass, leases } = openInstances();
    const [one, other] = [open("one"), open("other")];
    one.keep();
    await pass(10);
    leases.isAway = true;
    other.keep();
    await pass(1);
    leases.isAway = false;
    await pass(30);
    expect(told).toEqual(["other@25", "other@40"]);
  });

  test("a look that is under way when the instance closes reports nothing", async () => {
    const clock = createManualClock();
    const errors: unknown[] = [];
    const takeOver = async (): Promise<never> => {
      kept.close();
      throw new Error("the store is closed");
    };
    const kept: KeptCalls = new KeptCalls({
      leases: { ...new SharedLeases(clock).instance(), takeOver },
      clock,
      random: () => 0,
      lifeOf: () => new CallLife(),
      keepAlive: async () => {},
      failed: (error) => errors.push(error),
    });
    await clock.advance(MINUTE_MS);
    expect([errors, clock.pending]).toEqual([[], 0]);
  });

  test("a lease runs out, and one instance alone goes on when it is back", async () => {
    const { open, told, pass, leases } = openInstances();
    const [one] = [open("one"), open("other")];
    one.keep();
    await pass(1);
    leases.isAway = true;
    await pass(44);
    leases.isAway = false;
    await pass(31);
    const last = told.slice(3);
    expect(told.slice(0, 3)).toEqual(["one@15", "one@30", "one@45"]);
    expect(last.length).toBeGreaterThanOrEqual(2);
    expect(new Set(last.map((text) => text.split("@")[0])).size).toBe(1);
  });
});
