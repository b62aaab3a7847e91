import { randomInt, randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { formatTones, type OperationOutcome } from "@graph-dtmf/models";
import { startRedisCluster, startRedisServer } from "@graph-dtmf/redis/testing";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { skipWithoutRedis } from "../__fixtures__/skip-without-redis.ts";
import { type Fleet, startFleet } from "../instances/fleet.ts";
import type { InstanceProcess } from "../instances/instance-process.ts";
import type { CommandResult } from "../instances/ipc-messages.ts";

const program = fileURLToPath(new URL("../../dist/instance.js", import.meta.url));

/** The number of operations with one Redis. With a Cluster it is a third of that. */
const OPERATIONS = Number(process.env.MANY_OPERATIONS ?? 5_000);
/** Concurrent calls: half of the limit that Graph has for an application. */
const CALLS = 50;
const KILLS = 6;
/** The request of a killed instance may reach the simulator within this time. */
const IN_TRANSIT_MS = 3_000;

const skipped = skipWithoutRedis();

const startThree = (redisUrl: string): Promise<Fleet> =>
  startFleet({ count: 3, graph: { ...simulator, graphUrl: simulator.url }, redisUrl, program });

let simulator: Simulator;
beforeAll(async () => {
  if (!skipped) simulator = await startSimulator({ speed: 1_000 });
});
afterEach(() => simulator?.reset());
afterAll(() => simulator?.close());

describe.skipIf(skipped).each([
  ["one Redis", OPERATIONS, async () => toServer(await startRedisServer())],
  ["a Cluster of three nodes", Math.ceil(OPERATIONS / 3), async () => toCluster(await startRedisCluster())],
] as const)("three instances that share %s and are killed at random", (_, operations, startShared) => {
  test("the waiting or the resuming instance gets each outcome exactly once", async () => {
    const redis = await startShared();
    const fleet = await startThree(redis.url);
    try {
      const run = new Run(fleet);
      let replacing: Promise<unknown> | undefined;
      await run.all(operations, (completed) => {
        if (completed % Math.ceil(operations / KILLS) !== 0) return;
        // One at a time, so that other instances can resume the waits.
        replacing ??= replaceRandom(fleet).finally(() => {
          replacing = undefined;
        });
      });
      await replacing;
      console.info(run.summary());
      expect(run.completed).toBe(operations);
      expect(run.resumed).toBeGreaterThan(0);
      expect(simulator.undelivered).toEqual([]);
    } finally {
      await fleet.close();
      await redis.close();
    }
  });
});

describe.skipIf(skipped)("three instances whose Redis persists every write and is killed", () => {
  test("the waiting instance gets each outcome", async () => {
    const redis = await startRedisServer("--appendonly", "yes", "--appendfsync", "always");
    const fleet = await startThree(redis.url);
    try {
      const operations = Math.ceil(OPERATIONS / 5);
      const run = new Run(fleet);
      let restarting = Promise.resolve();
      await run.all(operations, (completed) => {
        if (completed % Math.ceil(operations / 3) === 0)
          restarting = restarting.then(() => redis.kill()).then(() => redis.start());
      });
      await restarting;
      expect(run.completed).toBe(operations);
      // The receiver refuses notifications while Redis is unavailable. The tracker writes their outcomes later.
      expect(simulator.undelivered.every(({ reason }) => reason === "answered 503")).toBe(true);
    } finally {
      await fleet.close();
      await redis.close();
    }
  });
});

/** Sends tones in many calls concurrently, and compares the outcomes with the tones that the far end received. */
class Run {
  completed = 0;
  resumed = 0;
  neverSent = 0;
  readonly #fleet: Fleet;
  readonly #operations = new Set<string>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async all(operations: number, after: (completed: number) => void): Promise<void> {
    let left = operations;
    await Promise.all(
      Array.from({ length: CALLS }, async () => {
        const callId = await this.#call();
        let sent = "";
        while (left-- > 0) {
          const keys = String(randomInt(100)).padStart(2, "0");
          await this.#send(callId, keys);
          sent += keys;
          after(++this.completed);
        }
        // Each key was played once: tones are sent again only if their first request was never sent.
        expect(formatTones(simulator.call(callId).heard)).toBe(sent);
      }),
    );
  }

  summary(): string {
    return `${this.completed} operations; of those of killed instances, ${this.resumed} were resumed and ${this.neverSent} were never sent`;
  }

  async #call(): Promise<string> {
    const created = await randomInstance(this.#fleet).execute({ command: "createCall" });
    if (!("callId" in created)) throw new Error(`expected a call, got ${JSON.stringify(created)}`);
    await expect.poll(() => simulator.call(created.callId).state, { timeout: 20_000 }).toBe("established");
    return created.callId;
  }

  async #send(callId: string, keys: string): Promise<void> {
    for (;;) {
      const before = countAccepted(callId);
      const clientContext = randomUUID();
      const result = await randomInstance(this.#fleet).execute({ command: "sendTones", callId, clientContext, keys });
      const outcome = await this.#outcome(result, { callId, clientContext, before });
      if (!outcome) continue;
      expect(outcome).toMatchObject({ outcome: "completed", played: "all", operation: { clientContext } });
      const id = "operation" in outcome ? outcome.operation.id : "";
      expect(this.#operations).not.toContain(id);
      this.#operations.add(id);
      expect(countAccepted(callId)).toBe(before + 1);
      return;
    }
  }

  /** The outcome, or undefined if the instance was killed before it sent the request. */
  async #outcome(
    result: CommandResult,
    wait: { callId: string; clientContext: string; before: number },
  ): Promise<OperationOutcome | undefined> {
    const { callId, clientContext, before } = wait;
    let current = result;
    while ("error" in current && current.error === "exited") {
      await delay(50);
      const neverSent = delay(IN_TRANSIT_MS).then(() =>
        countAccepted(callId) === before ? "never sent" : new Promise<never>(() => {}),
      );
      const next = await Promise.race([
        randomInstance(this.#fleet).execute({ command: "resume", callId, clientContext }),
        neverSent,
      ]);
      if (next === "never sent") {
        this.neverSent++;
        return undefined;
      }
      current = next;
      if ("outcome" in current) this.resumed++;
    }
    if (!("outcome" in current)) throw new Error(`expected an outcome, got ${JSON.stringify(current)}`);
    return current.outcome;
  }
}

async function replaceRandom(fleet: Fleet): Promise<void> {
  await randomInstance(fleet).kill();
  await fleet.add();
}

function randomInstance(fleet: Fleet): InstanceProcess {
  const { instances } = fleet;
  const instance = instances[randomInt(instances.length)];
  if (!instance) throw new Error("expected a running instance");
  return instance;
}

/** The number of sends in a call that the simulator accepted. */
function countAccepted(callId: string): number {
  return simulator.requests.filter(
    (request) => request.callId === callId && request.action === "sendDtmfTones" && request.status === 200,
  ).length;
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const toServer = ({ url, close }: { url: string; close(): Promise<void> }) => ({ url, close });

const toCluster = ({ nodes, close }: { nodes: readonly { url: string }[]; close(): Promise<void> }) => ({
  url: nodes.map(({ url }) => url).join(),
  close,
});
