import type { StoredCompletion } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { describe, expect, test } from "vitest";
import { storeContract } from "../testing/index.ts";
import { createMemoryOperationStore } from "./memory-store.ts";

describe("the contract of a store, with the memory store", () => {
  for (const { name, run } of storeContract(() => createMemoryOperationStore())) test(name, run);
});

describe("the memory store", () => {
  const completion = (n: number): StoredCompletion => ({
    type: "completion",
    callId: "call",
    clientContext: `context ${n}`,
    operationId: `operation ${n}`,
    outcome: { outcome: "timedOut", played: "unknown" },
  });
  const key = (n: number) => ({ callId: "call", clientContext: `context ${n}` });

  test("forgets an outcome after 24 hours", async () => {
    const clock = createManualClock();
    const store = createMemoryOperationStore({ clock });
    await store.put(completion(1));
    await clock.advance(24 * 3_600_000 - 1);
    expect(await store.read(key(1))).toBeDefined();
    await clock.advance(1);
    expect(await store.read(key(1))).toBeUndefined();
  });

  test("recognises a repetition for 10 minutes", async () => {
    const clock = createManualClock();
    const store = createMemoryOperationStore({ clock });
    await store.put(completion(1));
    await clock.advance(10 * 60_000 - 1);
    expect(await store.put(completion(1))).toBe("seen");
    await clock.advance(10 * 60_000);
    expect(await store.put(completion(1))).toBe("new");
  });

  test("forgets the oldest outcome above 10,000", async () => {
    const store = createMemoryOperationStore();
    for (let n = 0; n <= 10_000; n++) await store.put(completion(n));
    expect(await store.read(key(0))).toBeUndefined();
    expect(await store.read(key(1))).toBeDefined();
    expect(await store.read(key(10_000))).toBeDefined();
  });
});
