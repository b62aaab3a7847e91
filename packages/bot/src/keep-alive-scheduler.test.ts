import { GraphRequestError } from "@graph-dtmf/client";
import type { Clock } from "@graph-dtmf/models";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { createMemoryOperationStore } from "@graph-dtmf/notifications";
import { storeContract } from "@graph-dtmf/notifications/testing";
import { describe, expect, test } from "vitest";
import { SharedLeases } from "./__fixtures__/shared-leases.ts";
import { CallProgress } from "./call-progress.ts";
import { KeepAliveScheduler } from "./keep-alive-scheduler.ts";

const MINUTE_MS = 60_000;
const CALL = "57dab8b1-894c-409a-b240-bd8beae78896";

/**
 * Instances that share leases, and a Graph that records which instance sent keepAlive for which call, and in which
 * minute.
 */
function openInstances() {
  const clock = createManualClock();
  const leases = new SharedLeases(clock);
  const beganAtMs = clock.now();
  const requests: string[] = [];
  const graph = { answer: async (): Promise<void> => {} };
  const open = (name: string, isAlone = false) => {
    const mortal = mortalClock(clock);
    const lives = new Map<string, CallProgress>();
    const errors: unknown[] = [];
    const lifeOf = (callId: string): CallProgress => {
      const life = lives.get(callId) ?? new CallProgress();
      lives.set(callId, life);
      return life;
    };
    const kept = new KeepAliveScheduler({
      leases: isAlone ? undefined : leases.instance(),
      clock: mortal.clock,
      random: () => 0,
      progressOf: lifeOf,
      keepAlive: async (callId, tenantId) => {
        const minute = (clock.now() - beganAtMs) / MINUTE_MS;
        requests.push(`${name}@${minute}${callId === CALL ? "" : ` ${callId}`}${tenantId ? ` in ${tenantId}` : ""}`);
        await graph.answer();
      },
      onError: (error, about) => errors.push([error, about?.callId]),
    });
    return {
      kept,
      errors,
      lifeOf,
      keep: (callId = CALL) => kept.start(callId, lifeOf(callId)),
      stop: (callId = CALL) => kept.stop(callId, lifeOf(callId)),
      end: () => lifeOf(CALL).end(undefined),
      die: mortal.die,
    };
  };
  return { clock, leases, requests, graph, open, pass: (minutes: number) => clock.advance(minutes * MINUTE_MS) };
}

/** The clock of one process. After the process has stopped, its timers do not fire. */
function mortalClock(clock: ManualClock): { clock: Clock; die(): void } {
  let isDead = false;
  return {
    clock: { now: clock.now, after: (ms, callback) => clock.after(ms, () => isDead || callback()) },
    die: () => {
      isDead = true;
    },
  };
}

describe("the leases of these tests fulfil the contract of stores", () => {
  const leases = new SharedLeases(createManualClock());
  const makeStore = () => Object.assign(createMemoryOperationStore(), { leases: leases.instance() });
  const cases = storeContract(makeStore).filter(({ name }) => name.startsWith("where it has leases"));
  test("with two cases", () => expect(cases).toHaveLength(2));
  for (const { name, run } of cases) test(name, run);
});

describe("a call that is kept alive", () => {
  test("is kept alive by one instance while that runs", async () => {
    const { open, requests, pass } = openInstances();
    const [one] = [open("one"), open("other")];
    one.keep();
    await pass(90);
    expect(requests).toEqual(["one@15", "one@30", "one@45", "one@60", "one@75", "one@90"]);
  });

  test("is taken over, in its tenant and in time, by an instance that has no state of it", async () => {
    const { open, requests, pass } = openInstances();
    const [one, ..._others] = [open("one"), open("other"), open("third")];
    one.lifeOf(CALL).tenantId = "contoso";
    one.keep();
    await pass(29);
    one.die();
    await pass(40);
    expect(requests.slice(1)).toEqual(["other@35 in contoso", "other@50 in contoso", "other@65 in contoso"]);
  });

  test("survives two instances that stop one after the other", async () => {
    const { open, requests, pass, graph } = openInstances();
    const [one, other] = [open("one"), open("other"), open("third")];
    one.keep();
    await pass(15);
    one.die();
    const unanswered = new Promise<void>(() => {});
    graph.answer = () => unanswered;
    await pass(20);
    other.die();
    await pass(25);
    expect(requests).toEqual(["one@15", "other@35", "third@55"]);
  });

  test("stays with the new instance when the old one resumes", async () => {
    const { clock, leases, open, requests, pass } = openInstances();
    const one = open("one");
    one.keep();
    await pass(14);
    await leases.instance().take({ callId: CALL }, 0);
    open("other");
    await pass(60);
    expect(new Set(requests.map((text) => text.slice(0, 3))).size).toBe(1);
    expect(clock.pending).toBe(3);
  });

  test("moves to the instance that started keepAlive last", async () => {
    const { open, requests, pass } = openInstances();
    const [one, other] = [open("one"), open("other")];
    one.keep();
    await pass(10);
    other.keep();
    await pass(30);
    expect(requests).toEqual(["other@25", "other@40"]);
  });

  test("is kept alive by its own instance without a shared store, with no other timer", async () => {
    const { open, requests, pass, clock } = openInstances();
    const one = open("one", true);
    expect(clock.pending).toBe(0);
    one.keep();
    one.keep();
    await pass(30);
    expect([requests, clock.pending]).toEqual([["one@15", "one@30"], 1]);
    one.stop();
    expect(clock.pending).toBe(0);
  });
});

describe("keepAlive ends on all instances", () => {
  test("when it is stopped on any of them", async () => {
    const { open, requests, pass, leases, clock } = openInstances();
    const [one, other] = [open("one"), open("other")];
    one.keep();
    await pass(10);
    other.stop();
    await pass(60);
    expect([requests, leases.callIds, clock.pending]).toEqual([[], [], 2]);
  });

  test("when the call ends", async () => {
    const { open, requests, pass, leases, clock } = openInstances();
    const [one] = [open("one"), open("other")];
    one.keep();
    await pass(20);
    one.end();
    await pass(60);
    expect([requests, leases.callIds, clock.pending]).toEqual([["one@15"], [], 2]);
  });

  test("when Graph answers 404", async () => {
    const { open, requests, pass, leases, clock, graph } = openInstances();
    const [one, other] = [open("one"), open("other")];
    graph.answer = async () => {
      throw new GraphRequestError({ status: 404, message: "no such call", graphCodes: [], retryable: false });
    };
    one.keep();
    one.die();
    await pass(90);
    expect([requests, leases.callIds, clock.pending, other.errors]).toEqual([["other@20"], [], 1, []]);
  });

  test("also if the store was unavailable when it was stopped", async () => {
    const { open, requests, pass, leases } = openInstances();
    const [one] = [open("one"), open("other")];
    one.keep();
    await pass(1);
    leases.isAway = true;
    one.stop();
    await pass(5);
    leases.isAway = false;
    await pass(60);
    expect([requests, leases.callIds]).toEqual([[], []]);
  });

  test("but not when an instance closes: others continue", async () => {
    const { open, requests, pass } = openInstances();
    const [one] = [open("one"), open("other")];
    one.keep();
    await pass(16);
    one.kept.close();
    await pass(20);
    expect(requests).toEqual(["one@15", "other@35"]);
  });
});

describe("while the store is unavailable", () => {
  test("each instance continues, reports it once, and shares its calls again afterwards", async () => {
    const { open, requests, pass, leases } = openInstances();
    const [one, other] = [open("one"), open("other")];
    leases.isAway = true;
    one.keep();
    await pass(46);
    expect(requests).toEqual(["one@15", "one@30", "one@45"]);
    expect([one.errors, other.errors]).toEqual([
      [[new Error("the store is away"), CALL]],
      [[expect.any(Error), undefined]],
    ]);
    leases.isAway = false;
    await pass(1);
    one.die();
    await pass(25);
    expect(requests.slice(3)).toEqual(["other@67"]);
  });

  test("a call that was started here moves here afterwards, though another instance holds the lease", async () => {
    const { open, requests, pass, leases } = openInstances();
    const [one, other] = [open("one"), open("other")];
    one.keep();
    await pass(10);
    leases.isAway = true;
    other.keep();
    await pass(1);
    leases.isAway = false;
    await pass(30);
    expect(requests).toEqual(["other@25", "other@40"]);
  });

  test("a lease request that runs while the instance closes reports nothing", async () => {
    const clock = createManualClock();
    const errors: unknown[] = [];
    const takeOver = async (): Promise<never> => {
      kept.close();
      throw new Error("the store is closed");
    };
    const kept: KeepAliveScheduler = new KeepAliveScheduler({
      leases: { ...new SharedLeases(clock).instance(), takeOver },
      clock,
      random: () => 0,
      progressOf: () => new CallProgress(),
      keepAlive: async () => {},
      onError: (error) => errors.push(error),
    });
    await clock.advance(MINUTE_MS);
    expect([errors, clock.pending]).toEqual([[], 0]);
  });

  test("a lease expires, and only one instance continues afterwards", async () => {
    const { open, requests, pass, leases } = openInstances();
    const [one] = [open("one"), open("other")];
    one.keep();
    await pass(1);
    leases.isAway = true;
    await pass(44);
    leases.isAway = false;
    await pass(31);
    const last = requests.slice(3);
    expect(requests.slice(0, 3)).toEqual(["one@15", "one@30", "one@45"]);
    expect(last.length).toBeGreaterThanOrEqual(2);
    expect(new Set(last.map((text) => text.split("@")[0])).size).toBe(1);
  });
});
