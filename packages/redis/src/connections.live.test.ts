import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OperationStore, StoredEvent } from "@graph-dtmf/models";
import { createClient, createCluster } from "redis";
import { afterEach, describe, expect, test, vi } from "vitest";
import { completion } from "./__fixtures__/completion.ts";
import { skipWithoutRedis } from "./__fixtures__/skip-without-redis.ts";
import { createRedisOperationStore, type RedisClient } from "./index.ts";
import { startRedisCluster, startRedisServer } from "./testing/index.ts";

const eventually = { timeout: 30_000, interval: 50 };
const PASSWORD = "s:e/c@ret";
const deadline = (): number => Date.now() + 600_000;

describe.skipIf(skipWithoutRedis())("a store connects", () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const closedLater = <T extends { close(): unknown }>(thing: T): T => {
    closing.push(() => thing.close());
    return thing;
  };
  const connected = async <T extends RedisClient>(client: T): Promise<T> => {
    client.on("error", () => {});
    closing.push(() => client.destroy());
    await client.connect();
    return client;
  };

  test("with the right password only", async () => {
    const { port } = closedLater(await startRedisServer("--requirepass", PASSWORD));
    const url = (userinfo: string): string => `redis://${userinfo}127.0.0.1:${port}`;
    const password = `:${encodeURIComponent(PASSWORD)}@`;
    const [one, other] = [password, password].map((userinfo) =>
      closedLater(createRedisOperationStore({ url: url(userinfo) })),
    );
    await expectAnnouncement(one, other);
    for (const userinfo of ["", ":wrong@"]) {
      const unauthorized = closedLater(createRedisOperationStore({ url: url(userinfo) }));
      await expect(unauthorized.put(completion().event)).rejects.toMatchObject({ code: "store_unavailable" });
    }
  });

  const lacksOpenssl = spawnSync("openssl", ["version"]).status !== 0 && process.env.REQUIRE_REDIS !== "1";
  if (lacksOpenssl) console.warn("SKIPPED: there is no openssl on the PATH to make a certificate with");
  test.skipIf(lacksOpenssl)("over TLS, with a client that trusts the certificate", async () => {
    const directory = mkdtempSync(join(tmpdir(), "redis-tls-"));
    closing.push(() => rmSync(directory, { recursive: true }));
    const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", key, "-out", cert, ...subject],
      { stdio: "ignore" },
    );
    const tlsPort = await freePort();
    closedLater(
      await startRedisServer(
        "--tls-port",
        `${tlsPort}`,
        "--tls-cert-file",
        cert,
        "--tls-key-file",
        key,
        "--tls-auth-clients",
        "no",
      ),
    );
    const secure = { url: `rediss://127.0.0.1:${tlsPort}`, socket: { tls: true, ca: readFileSync(cert) } } as const;
    const client = await connected(createClient(secure));
    const [one, other] = [
      closedLater(createRedisOperationStore({ client })),
      closedLater(createRedisOperationStore({ client })),
    ];
    await expectAnnouncement(one, other);
    const untrusting = closedLater(createRedisOperationStore({ url: secure.url }));
    await expect(untrusting.put(completion().event)).rejects.toMatchObject({ code: "store_unavailable" });
  });

  test("with a client that has its own settings, and leaves it open", async () => {
    const { url } = closedLater(await startRedisServer());
    const client = await connected(
      createClient({ url, keyPrefix: "mine:", RESP: 2, commandOptions: { timeout: 1_000 } }),
    );
    const one = createRedisOperationStore({ client });
    await expectAnnouncement(one, closedLater(createRedisOperationStore({ client })));
    await one.close();
    expect(await client.ping()).toBe("PONG");
    await expect(one.put(completion().event)).rejects.toMatchObject({ code: "closed" });
    expect((await client.sendCommand(["KEYS", "*"])) as string[]).toSatisfy((keys: string[]) =>
      keys.every((key) => key.startsWith("mine:graph-dtmf:")),
    );
  });

  test("to a Cluster while one node restarts", async () => {
    const cluster = closedLater(await startRedisCluster());
    const make = async (): Promise<OperationStore> => {
      const rootNodes = cluster.nodes.map(({ url }) => ({ url }));
      const client = await connected(createCluster({ rootNodes }));
      return closedLater(createRedisOperationStore({ client }));
    };
    const [waits, notified] = [await make(), await make()];
    const all = Array.from({ length: 30 }, () => completion());
    const received: StoredEvent[] = [];
    waits.listen((event) => received.push(event));
    await Promise.all(all.map(({ key }) => waits.open(key, deadline())));
    const [node] = cluster.nodes;
    await node?.kill();
    await node?.start();
    // The node has lost the waits of a third of the calls.
    await Promise.all(all.map(({ event }) => vi.waitFor(() => notified.put(event), eventually)));
    for (const { event } of all) await vi.waitFor(() => expect(received).toContainEqual(event), eventually);
  });
});

async function expectAnnouncement(
  waits: OperationStore | undefined,
  notified: OperationStore | undefined,
): Promise<void> {
  const { key, event } = completion();
  const received = new Promise<StoredEvent>((resolve) => waits?.listen(resolve));
  await waits?.open(key, deadline());
  await notified?.put(event);
  expect(await received).toEqual(event);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
