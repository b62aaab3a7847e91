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

/** How many operations it takes on one Redis; on a Cluster it is a third. */
const OPERATIONS = Number(process.env.MANY_OPERATIONS ?? 5_000);
/** Calls at once: half of what Graph allows an application. */
const CALLS = 50;
const KILLS = 6;
/** How long after a sender died its request may still be on its way to the simulator. */
const LATE_MS = 3_000;

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
  ["one Redis", OPERATIONS, async () => oneOf(await startRedisServer())],
  ["a Cluster of three nodes", Math.ceil(OPERATIONS / 3), async () => manyOf(await startRedisCluster())],
] as const)("three instances that share %s, and are killed at random", (_, operations, startShared) => {
  test("each operation's end is known to the one that waits or to the one that takes its wait up: once, and as it was", async () => {
    const redis = await startShared();
    const fleet = await startThree(redis.url);
    try {
      const run = new Run(fleet);
      let replacing: Promise<unknown> | undefined;
      await run.all(operations, (ended) => {
        if (ended % Math.ceil(operations / KILLS) !== 0) return;
        // One at a time: that all die at once is another matter.
        replacing ??= replaceAny(fleet).finally(() => {
          replacing = undefined;
        });
      });
      await replacing;
      console.info(run.told());
      expect(run.ended).toBe(operations);
      expect(run.takenUp).toBeGreaterThan(0);
      expect(simulator.undelivered).toEqual([]);
    } finally {
      await fleet.close();
      await redis.close();
    }
  });
});

describe.skipIf(skipped)("three instances whose Redis keeps everything on disk, and is killed", () => {
  test("each operation's end is known to the one that waits", async () => {
    const redis = await startRedisServer("--appendonly", "yes", "--appendfsync", "always");
    const fleet = await startThree(redis.url);
    try {
      const operations = Math.ceil(OPERATIONS / 5);
      const run = new Run(fleet);
      let restarting = Promise.resolve();
      await run.all(operations, (ended) => {
        if (ended % Math.ceil(operations / 3) === 0)
          restarting = restarting.then(() => redis.kill()).then(() => redis.start());
      });
      await restarting;
      expect(run.ended).toBe(operations);
      // What came while it was away was not taken: the instance that heard of it has it kept later.
      expect(simulator.undelivered.every(({ reason }) => reason === "answered 503")).toBe(true);
    } finally {
      await fleet.close();
      await redis.close();
    }
  });
});

/** Presses keys in many calls at once, and holds what is heard of it against what the far end heard. */
class Run {
  ended = 0;
  takenUp = 0;
  neverSent = 0;
  readonly #fleet: Fleet;
  readonly #operations = new Set<string>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async all(operations: number, after: (ended: number) => void): Promise<void> {
    let left = operations;
    await Promise.all(
      Array.from({ length: CALLS }, async () => {
        const callId = await this.#call();
        let pressed = "";
        while (left-- > 0) {
          const keys = String(randomInt(100)).padStart(2, "0");
          await this.#press(callId, keys);
          pressed += keys;
          after(++this.ended);
        }
        // Once each: what was pressed again after a death had never left.
        expect(formatTones(simulator.call(callId).heard)).toBe(pressed);
      }),
    );
  }

  told(): string {
    return `${this.ended} operations; of instances that died, ${this.takenUp} were taken up and ${this.neverSent} never sent`;
  }

  async #call(): Promise<string> {
    const created = await any(this.#fleet).execute({ command: "createCall" });
    if (!("callId" in created)) throw new Error(`expected a call, got ${JSON.stringify(created)}`);
    await expect.poll(() => simulator.call(created.callId).state, { timeout: 20_000 }).toBe("established");
    return created.callId;
  }

  async #press(callId: string, keys: string): Promise<void> {
    for (;;) {
      const before = accepted(callId);
      const clientContext = randomUUID();
      const result = await any(this.#fleet).execute({ command: "sendTones", callId, clientContext, keys });
      const outcome = await this.#outcome(result, { callId, clientContext, before });
      if (!outcome) continue;
      expect(outcome).toMatchObject({ outcome: "completed", played: "all", operation: { clientContext } });
      const id = "operation" in outcome ? outcome.operation.id : "";
      expect(this.#operations).not.toContain(id);
      this.#operations.add(id);
      expect(accepted(callId)).toBe(before + 1);
      return;
    }
  }

  /** How it ended; undefined if its sender died before the request left. */
  async #outcome(
    result: CommandResult,
    wait: { callId: string; clientContext: string; before: number },
  ): Promise<OperationOutcome | undefined> {
    const { callId, clientContext, before } = wait;
    let current = result;
    while ("error" in current && current.error === "exited") {
      await later(50);
      const neverSent = later(LATE_MS).then(() =>
        accepted(callId) === before ? "never sent" : new Promise<never>(() => {}),
      );
      const next = await Promise.race([
        any(this.#fleet).execute({ command: "resume", callId, clientContext }),
        neverSent,
      ]);
      if (next === "never sent") {
        this.neverSent++;
        return undefined;
      }
      current = next;
      if ("outcome" in current) this.takenUp++;
    }
    if (!("outcome" in current)) throw new Error(`expected an end, got ${JSON.stringify(current)}`);
    return current.outcome;
  }
}

async function replaceAny(fleet: Fleet): Promise<void> {
  await any(fleet).kill();
  await fleet.add();
}

function any(fleet: Fleet): InstanceProcess {
  const { instances } = fleet;
  const instance = instances[randomInt(instances.length)];
  if (!instance) throw new Error("expected an instance that lives");
  return instance;
}

/** How many sends of a call Graph took. */
function accepted(callId: string): number {
  return simulator.requests.filter(
    (request) => request.callId === callId && request.action === "sendDtmfTones" && request.status === 200,
  ).length;
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const oneOf = ({ url, close }: { url: string; close(): Promise<void> }) => ({ url, close });

const manyOf = ({ nodes, close }: { nodes: readonly { url: string }[]; close(): Promise<void> }) => ({
  url: nodes.map(({ url }) => url).join(),
  close,
});
