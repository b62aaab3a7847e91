import { assert, asyncProperty, constant, nat, oneof, record, tuple, uint8Array } from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { listen, sendOverHttp } from "./__fixtures__/edges.ts";
import { envelope, toneEntry } from "./__fixtures__/envelopes.ts";
import { openReceiver } from "./__fixtures__/open-receiver.ts";
import { until } from "./__fixtures__/ports.ts";
import { connectRaw, head, TOKEN } from "./__fixtures__/raw-socket.ts";
import { toNodeHandler } from "./node.ts";

const BODY = envelope(toneEntry(1));
const REQUEST = Buffer.from(`${head(TOKEN, `Content-Length: ${BODY.length}`)}${BODY}`);

/** Replaces some bytes of the request. */
const damage = record({ at: nat(REQUEST.length), drops: nat(20), puts: uint8Array({ maxLength: 20 }) });
const damaged = tuple(damage, damage).map((damages) =>
  damages.reduce(
    (bytes, { at, drops, puts }) => Buffer.concat([bytes.subarray(0, at), puts, bytes.subarray(at + drops)]),
    REQUEST,
  ),
);
const bytes = oneof(
  { weight: 6, arbitrary: damaged },
  { weight: 2, arbitrary: nat(REQUEST.length).map((end) => REQUEST.subarray(0, end)) },
  { weight: 1, arbitrary: uint8Array({ maxLength: 400 }).map((some) => Buffer.from(some)) },
  { weight: 1, arbitrary: constant(Buffer.concat([REQUEST, REQUEST])) },
);

it("answers or closes the connection for any bytes, and serves the next request", async () => {
  const { receiver, errors, clock } = await openReceiver();
  const { port, close } = await listen(toNodeHandler(receiver, { clock }));
  onTestFinished(close);
  const tones: number[] = [];
  receiver.on("tone", ({ toneInfo }) => tones.push(toneInfo.sequenceId));
  const property = asyncProperty(bytes, async (sent) => {
    const client = connectRaw(port);
    client.socket.end(sent);
    await client.closed();
    const statuses = [...client.received.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
    // The last three are answers of Node's parser.
    for (const status of statuses) expect([202, 204, 400, 401, 405, 413, 408, 417, 431]).toContain(status);
    await until(() => clock.pending === 0);
  });
  await assert(property, { numRuns: 400 });
  expect((await sendOverHttp(port, { body: envelope(toneEntry(7)) })).status).toBe(202);
  await receiver.drain();
  expect(tones).toContain(7);
  for (const { error } of errors) expect(error).toMatchObject({ code: "invalid_notification" });
});
