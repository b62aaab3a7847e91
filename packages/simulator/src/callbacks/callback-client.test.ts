import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { expect, onTestFinished, test } from "vitest";
import { CallbackClient, type CallbackResponse } from "./callback-client.ts";

interface SetUp {
  clock: ManualClock;
  client: CallbackClient;
  post(): Promise<CallbackResponse>;
}

async function setUp(listener: RequestListener): Promise<SetUp> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, resolve));
  const clock = createManualClock();
  const client = new CallbackClient({ timeoutMs: 10_000, clock });
  onTestFinished(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { clock, client, post: () => client.post({ url, headers: {}, body: Buffer.from("{}") }) };
}

/** Resolves when the timeout of each request was started, which happens once it has a socket. */
async function waitForSockets(clock: ManualClock, posts: number): Promise<void> {
  while (clock.pending < posts) await new Promise((resolve) => setImmediate(resolve));
}

test("leaves no timer behind after a response", async () => {
  const { clock, post } = await setUp((_, response) => response.writeHead(202).end("accepted"));
  expect(await post()).toEqual({ status: 202 });
  while (clock.pending > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("returns the Location of a redirect", async () => {
  const { post } = await setUp((_, response) =>
    response.writeHead(302, { Location: "https://elsewhere.example/" }).end(),
  );
  expect(await post()).toEqual({ status: 302, location: "https://elsewhere.example/" });
});

test("rejects after the timeout without a response", async () => {
  const { clock, post } = await setUp(() => {});
  const posted = post();
  const outcome = expect(posted).rejects.toThrow("no answer within 10000 ms");
  await waitForSockets(clock, 1);
  await clock.advance(10_000);
  await outcome;
});

test("resolves with the head of a response that never ends, and closes its connection at the timeout", async () => {
  const { clock, post } = await setUp((_, response) => void response.writeHead(202).write("and so on"));
  expect(await post()).toEqual({ status: 202 });
  expect(clock.pending).toBe(1);
  await clock.advance(10_000);
  expect(clock.pending).toBe(0);
});

test("rejects if the connection is reset", async () => {
  const { post } = await setUp((request) => request.socket.resetAndDestroy());
  await expect(post()).rejects.toThrow("ECONNRESET");
});

test("close rejects pending requests, with and without a connection", async () => {
  const { clock, client, post } = await setUp(() => {});
  const posts = Array.from({ length: 300 }, post);
  const outcomes = Promise.allSettled(posts);
  await waitForSockets(clock, 256);
  client.close();
  expect((await outcomes).map(({ status }) => status)).toEqual(Array.from({ length: 300 }, () => "rejected"));
});
