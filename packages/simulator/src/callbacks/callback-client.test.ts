import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { expect, onTestFinished, test } from "vitest";
import { CallbackClient, type CallbackResponse } from "./callback-client.ts";

interface SetUp {
  clock: ManualClock;
  poster: CallbackClient;
  post(): Promise<CallbackResponse>;
}

async function setUp(listener: RequestListener): Promise<SetUp> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, resolve));
  const clock = createManualClock();
  const poster = new CallbackClient({ timeoutMs: 10_000, clock });
  onTestFinished(() => {
    poster.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { clock, poster, post: () => poster.post({ url, headers: {}, body: Buffer.from("{}") }) };
}

/** Resolves when as many timers are pending as sockets were given out. */
async function underway(clock: ManualClock, posts: number): Promise<void> {
  while (clock.pending < posts) await new Promise((resolve) => setImmediate(resolve));
}

test("an answer leaves no timer behind", async () => {
  const { clock, post } = await setUp((_, response) => response.writeHead(202).end("taken"));
  expect(await post()).toEqual({ status: 202 });
  while (clock.pending > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("an answer may say where else to go", async () => {
  const { post } = await setUp((_, response) =>
    response.writeHead(302, { Location: "https://elsewhere.example/" }).end(),
  );
  expect(await post()).toEqual({ status: 302, location: "https://elsewhere.example/" });
});

test("silence is given up after its time", async () => {
  const { clock, post } = await setUp(() => {});
  const posted = post();
  const outcome = expect(posted).rejects.toThrow("no answer within 10000 ms");
  await underway(clock, 1);
  await clock.advance(10_000);
  await outcome;
});

test("an answer that never ends has been an answer, and is broken off in its time", async () => {
  const { clock, post } = await setUp((_, response) => void response.writeHead(202).write("and so on"));
  expect(await post()).toEqual({ status: 202 });
  expect(clock.pending).toBe(1);
  await clock.advance(10_000);
  expect(clock.pending).toBe(0);
});

test("a connection that is reset is no answer", async () => {
  const { post } = await setUp((request) => request.socket.resetAndDestroy());
  await expect(post()).rejects.toThrow("ECONNRESET");
});

test("close breaks off what is on its way, and what still waits for a connection", async () => {
  const { clock, poster, post } = await setUp(() => {});
  const posts = Array.from({ length: 300 }, post);
  const outcomes = Promise.allSettled(posts);
  await underway(clock, 256);
  poster.close();
  expect((await outcomes).map(({ status }) => status)).toEqual(Array.from({ length: 300 }, () => "rejected"));
});
