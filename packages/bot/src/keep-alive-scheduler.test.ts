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
  const startedAtMs = clock.now();
  const requests: string[] = [];
  const graph = { answer: async (): Promise<void> => {} };
  const open = (name: string, isAlone = false) => {
    const process = stoppableClock(clock);
    const progressById = new Map<string, CallProgress>();
    const errors: unknown[] = [];
    const progressOf = (callId: string): CallProgress => {
      const progress = progressById.get(callId) ?? new CallProgress();
      progressById.set(callId, progress);
      return progress;
    };
    const scheduler = new KeepAliveScheduler({
      leases: isAlone ? undefined : leases.instance(),
      clock: process.clock,
      random: () => 0,
      progressOf,
      sendKeepAlive: async (callId, tenantId) => {
        const minute = (clock.now() - startedAtMs) / MINUTE_MS;
        requests.push(`${name}@${minute}${callId === CALL ? "" : ` ${callId}`}${tenantId ? ` in ${tenantId}` : ""}`);
        await graph.answer();
      },
      onError: (error, about) => errors.push([error, about?.callId]),
    });
    return {
      scheduler,
      errors,
      progressOf,
      start: (callId = CALL) => scheduler.start(callId, progressOf(callId)),
      stop: (callId = CALL) => scheduler.stop(callId, progressOf(callId)),
      end: () => progressOf(CALL).end(undefined),
      kill: process.kill,
    };
  };
  return {
    clock,
    leases,
    requests,
    graph,
    open,
    advanceMinutes: (minutes: number) => clock.advance(minutes * MINUTE_MS),
  };
}

/** The clock of one process. After the process has stopped, its timers do not fire. */
function stoppableClock(clock: ManualClock): { clock: Clock; kill(): void } {
  let isStopped = false;
  return {
    clock: { now: clock.now, after: (ms, callback) => clock.after(ms, () => isStopped || callback()) },
    kill: () => {
      isStopped = true;
    },
  };
}

describe("the shared leases of these tests pass the store contract", () => {
  const leases = new SharedLeases(createManualClock());
  const makeStore = () => Object.assign(createMemoryOperationStore(), { leases: leases.instance() });
  const cases = storeContract(makeStore).filter(({ name }) => name.includes("lease"));
  test("with two cases", () => expect(cases).toHaveLength(2));
  for (const { name, run } of cases) test(name, run);
});

describe("a call that is kept alive", () => {
  test("is kept alive by one instance while that instance runs", async () => {
    const { open, requests, advanceMinutes } = openInstances();
    const [one] = [open("one"), open("other")];
    one.start();
    await advanceMinutes(90);
    expect(requests).toEqual(["one@15", "one@30", "one@45", "one@60", "one@75", "one@90"]);
  });

  test("is taken over in time, with its tenant, by an instance that received no notification of it", async () => {
    const { open, requests, advanceMinutes } = openInstances();
    const [one, ..._others] = [open("one"), open("other"), open("third")];
    one.progressOf(CALL).tenantId = "contoso";
    one.start();
    await advanceMinutes(29);
    one.kill();
    await advanceMinutes(40);
    expect(requests.slice(1)).toEqual(["other@35 in contoso", "other@50 in contoso", "other@65 in contoso"]);
  });

  test("survives two instances that stop one after the other", async () => {
    const { open, requests, advanceMinutes, graph } = openInstances();
    const [one, other] = [open("one"), open("other"), open("third")];
    one.start();
    await advanceMinutes(15);
    one.kill();
    const unanswered = new Promise<void>(() => {});
    graph.answer = () => unanswered;
    await advanceMinutes(20);
    other.kill();
    await advanceMinutes(25);
    expect(requests).toEqual(["one@15", "other@35", "third@55"]);
  });

  test("stays with the new instance when the old one resumes", async () => {
    const { clock, leases, open, requests, advanceMinutes } = openInstances();
    const one = open("one");
    one.start();
    await advanceMinutes(14);
    await leases.instance().take({ callId: CALL }, 0);
    open("other");
    await advanceMinutes(60);
    expect(new Set(requests.map((text) => text.slice(0, 3))).size).toBe(1);
    expect(clock.pending).toBe(3);
  });

  test("moves to the instance that started keepAlive last", async () => {
    const { open, requests, advanceMinutes } = openInstances();
    const [one, other] = [open("one"), open("other")];
    one.start();
    await advanceMinutes(10);
    other.start();
    await advanceMinutes(30);
    expect(requests).toEqual(["other@25", "other@40"]);
  });

  test("is kept alive by its own instance without a shared store, with no other timer", async () => {
    const { open, requests, advanceMinutes, clock } = openInstances();
    const one = open("one", true);
    expect(clock.pending).toBe(0);
    one.start();
    one.start();
    await advanceMinutes(30);
    expect([requests, clock.pending]).toEqual([["one@15", "one@30"], 1]);
    one.stop();
    expect(clock.pending).toBe(0);
  });
});

describe("keepAlive ends on all instances", () => {
  test("when it is stopped on any of them", async () => {
    const { open, requests, advanceMinutes, leases, clock } = openInstances();
    const [one, other] = [open("one"), open("other")];
    one.start();
    await advanceMinutes(10);
    other.stop();
    await advanceMinutes(60);
    expect([requests, leases.callIds, clock.pending]).toEqual([[], [], 2]);
  });

  test("when the call ends", async () => {
    const { open, requests, advanceMinutes, leases, clock } = openInstances();
    const [one] = [open("one"), open("other")];
    one.start();
    await advanceMinutes(20);
    one.end();
    await advanceMinutes(60);
    expect([requests, leases.callIds, clock.pending]).toEqual([["one@15"], [], 2]);
  });

  test("when Graph answers 404", async () => {
    const { open, requests, advanceMinutes, leases, clock, graph } = openInstances();
    const [one, other] = [open("one"), open("other")];
    graph.answer = async () => {
      throw new GraphRequestError({ status: 404, message: "no such call", graphCodes: [], retryable: false });
    };
    one.start();
    one.kill();
    await advanceMinutes(90);
    expect([requests, leases.callIds, clock.pending, other.errors]).toEqual([["other@20"], [], 1, []]);
  });

  test("when it was stopped while the store was unavailable", async () => {
    const { open, requests, advanceMinutes, leases } = openInstances();
    const [one] = [open("one"), open("other")];
    one.start();
    await advanceMinutes(1);
    leases.isUnavailable = true;
    one.stop();
    await advanceMinutes(5);
    leases.isUnavailable = false;
    await advanceMinutes(60);
    expect([requests, leases.callIds]).toEqual([[], []]);
  });

  test("but not when an instance closes: others continue", async () => {
    const { open, requests, advanceMinutes } = openInstances();
    const [one] = [open("one"), open("other")];
    one.start();
    await advanceMinutes(16);
    one.scheduler.close();
    await advanceMinutes(20);
    expect(requests).toEqual(["one@15", "other@35"]);
  });
});

describe("while the store is unavailable", () => {
  test("each instance continues, reports it once, and shares its calls again afterwards", async () => {
    const { open, requests, advanceMinutes, leases } = openInstances();
    const [one, other] = [open("one"), open("other")];
    leases.isUnavailable = true;
    one.start();
    await advanceMinutes(46);
    expect(requests).toEqual(["one@15", "one@30", "one@45"]);
    expect([one.errors, other.errors]).toEqual([
      [[new Error("the store is unavailable"), CALL]],
      [[expect.any(Error), undefined]],
    ]);
    leases.isUnavailable = false;
    await advanceMinutes(1);
    one.kill();
    await advanceMinutes(25);
    expect(requests.slice(3)).toEqual(["other@67"]);
  });

  test("an instance that started keepAlive during the outage gets the lease afterwards", async () => {
    const { open, requests, advanceMinutes, leases } = openInstances();
    const [one, other] = [open("one"), open("other")];
    one.start();
    await advanceMinutes(10);
    leases.isUnavailable = true;
    other.start();
    await advanceMinutes(1);
    leases.isUnavailable = false;
    await advanceMinutes(30);
    expect(requests).toEqual(["other@25", "other@40"]);
  });

  test("a failed lease request is not reported after close()", async () => {
    const clock = createManualClock();
    const errors: unknown[] = [];
    const takeOver = async (): Promise<never> => {
      scheduler.close();
      throw new Error("the store is closed");
    };
    const scheduler: KeepAliveScheduler = new KeepAliveScheduler({
      leases: { ...new SharedLeases(clock).instance(), takeOver },
      clock,
      random: () => 0,
      progressOf: () => new CallProgress(),
      sendKeepAlive: async () => {},
      onError: (error) => errors.push(error),
    });
    await clock.advance(MINUTE_MS);
    expect([errors, clock.pending]).toEqual([[], 0]);
  });

  test("only one instance continues after a lease expired", async () => {
    const { open, requests, advanceMinutes, leases } = openInstances();
    const [one] = [open("one"), open("other")];
    one.start();
    await advanceMinutes(1);
    leases.isUnavailable = true;
    await advanceMinutes(44);
    leases.isUnavailable = false;
    await advanceMinutes(31);
    const last = requests.slice(3);
    expect(requests.slice(0, 3)).toEqual(["one@15", "one@30", "one@45"]);
    expect(last.length).toBeGreaterThanOrEqual(2);
    expect(new Set(last.map((text) => text.split("@")[0])).size).toBe(1);
  });
});
