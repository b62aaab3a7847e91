import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createDtmfClient, type DtmfClient, type TonesInput } from "@graph-dtmf/client";
import { parseTones, secretTones, TONES, type Tone } from "@graph-dtmf/models";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Checker, parseCsdl } from "../packages/simulator/src/__fixtures__/csdl.ts";

// What the client sends is held against Graph's own schema, not against our reading of it.

const directory = process.env.GRAPH_REFERENCE_DIR;
if (!directory) {
  console.warn(
    "SKIPPED: set GRAPH_REFERENCE_DIR to a folder with graph/calls-v1.0.csdl to check requests against Graph's schema",
  );
}

/** A Graph that accepts everything, and keeps the body of the last request. */
async function openGraph() {
  let last: unknown;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    last = JSON.parse(Buffer.concat(chunks).toString());
    response.writeHead(200, { "Content-Type": "application/json" }).end('{"id":"1","status":"running"}');
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    last: () => last,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe.skipIf(!directory)("by the types of Graph's own schema", () => {
  let checker: Checker;
  let graph: Awaited<ReturnType<typeof openGraph>>;
  let dtmf: DtmfClient;
  beforeAll(async () => {
    checker = new Checker(parseCsdl(readFileSync(join(directory ?? "", "graph/calls-v1.0.csdl"), "utf8")));
    graph = await openGraph();
    dtmf = createDtmfClient({ baseUrl: graph.url, credential: async () => "token" });
  });
  afterAll(async () => {
    await dtmf.close();
    await graph.close();
  });

  const tones = fc.array(fc.constantFrom(...TONES), { minLength: 1, maxLength: 30 });
  const keys = fc.string({ unit: fc.constantFrom(..."0123456789*#ABCDabcd! -()."), minLength: 1 });
  /** Each way to give tones, with the tones that it means. */
  const given: fc.Arbitrary<{ input: TonesInput; meant: readonly Tone[] }> = fc.oneof(
    keys.map((input) => ({ input, meant: parseTones(input) })).filter(({ meant }) => meant.length > 0),
    tones.map((input) => ({ input, meant: input })),
    tones.map((meant) => ({ input: secretTones(meant), meant })),
    fc.tuple(tones, fc.nat(9)).map(([meant, gap]) => ({
      input: meant.map((tone, index) => ({ sequenceId: 1 + index * (gap + 1), tone })).reverse(),
      meant,
    })),
  );
  const extras = fc.record(
    {
      delayBetweenTonesMs: fc.nat(2 ** 31 - 1),
      clientContext: fc.string({
        unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
        minLength: 1,
        maxLength: 256,
      }),
    },
    { requiredKeys: [] },
  );

  test("every body of sendDtmfTones is valid, and says just what was asked for", async () => {
    const property = fc.asyncProperty(given, extras, async ({ input, meant }, extra) => {
      const sent = await dtmf.sendDtmfTones("call", { tones: input, ...extra });
      expect(checker.parameters("sendDtmfTones", graph.last())).toEqual([]);
      expect(graph.last()).toEqual({ tones: meant, clientContext: sent.clientContext, ...extra });
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test("so are those of the other actions", async () => {
    const prompts = [
      { uri: "https://bot.example/welcome.wav", resourceId: "welcome" },
      { uri: "https://bot.example/menu.wav" },
    ];
    await dtmf.playPrompt("call", { prompts });
    expect(checker.parameters("playPrompt", graph.last())).toEqual([]);
    await dtmf.subscribeToTone("call");
    expect(checker.parameters("subscribeToTone", graph.last())).toEqual([]);
    await dtmf.cancelMediaProcessing("call", { clientContext: "context" });
    expect(checker.parameters("cancelMediaProcessing", graph.last())).toEqual([]);
    await dtmf.calls.answer("call", { callbackUri: "https://bot.example/api/calls" });
    expect(checker.parameters("answer", graph.last())).toEqual([]);
    await dtmf.calls.reject("call", { reason: "busy" });
    expect(checker.parameters("reject", graph.last())).toEqual([]);
  });

  test("so is a new call, but for the id that Graph gives it", async () => {
    await dtmf.calls.create({
      callbackUri: "https://bot.example/api/calls",
      tenantId: "aa67bd4c-8475-432d-bd41-39f255720e0a",
      targets: [{ user: { id: "112f7296-5fa4-42ca-bae8-6a692b15d4b8" } }, { phone: { id: "+15550100" } }],
    });
    expect(checker.value("graph.call", { id: "given by Graph", ...(graph.last() as object) })).toEqual([]);
  });
});
