import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createDtmfClient, type DtmfClient, type Meeting, type TonesInput } from "@graph-dtmf/client";
import { parseTones, secretTones, TONES, type Tone } from "@graph-dtmf/models";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PayloadChecker, parseCsdl } from "../packages/simulator/src/__fixtures__/csdl.ts";
import { parseCreateCallBody } from "../packages/simulator/src/schema/create-call-body.ts";

// Graph's own schema validates what the client sends, so that a misreading of the schema is found.

const directory = process.env.GRAPH_REFERENCE_DIR;
if (!directory) {
  console.warn(
    "SKIPPED: set GRAPH_REFERENCE_DIR to a folder with graph/calls-v1.0.csdl to check requests against Graph's schema",
  );
}

/** A server that accepts every request and keeps the body of the last one. */
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

describe.skipIf(!directory)("by Graph's own schema", () => {
  let checker: PayloadChecker;
  let graph: Awaited<ReturnType<typeof openGraph>>;
  let dtmf: DtmfClient;
  beforeAll(async () => {
    checker = new PayloadChecker(parseCsdl(readFileSync(join(directory ?? "", "graph/calls-v1.0.csdl"), "utf8")));
    graph = await openGraph();
    dtmf = createDtmfClient({ baseUrl: graph.url, credential: async () => "token" });
  });
  afterAll(async () => {
    await dtmf.close();
    await graph.close();
  });

  const tones = fc.array(fc.constantFrom(...TONES), { minLength: 1, maxLength: 30 });
  const keys = fc.string({ unit: fc.constantFrom(..."0123456789*#ABCDabcd! -()."), minLength: 1 });
  /** Each form of tones that callers may pass, with the tones it stands for. */
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

  test("every body of sendDtmfTones is valid and has the given tones", async () => {
    const property = fc.asyncProperty(given, extras, async ({ input, meant }, extra) => {
      const sent = await dtmf.sendDtmfTones("call", { tones: input, ...extra });
      expect(checker.checkParameters("sendDtmfTones", graph.last())).toEqual([]);
      expect(graph.last()).toEqual({ tones: meant, clientContext: sent.clientContext, ...extra });
    });
    await fc.assert(property, { numRuns: 300 });
  });

  const id = fc.string({ minLength: 1, maxLength: 40 });
  const uri = fc.webUrl();
  const contextOnly = fc.record({ clientContext: fc.uuid() }, { requiredKeys: [] });

  test("the bodies of the other actions are valid", async () => {
    const prompts = fc.array(fc.record({ uri, resourceId: id }, { requiredKeys: ["uri"] }), {
      minLength: 1,
      maxLength: 20,
    });
    const reason = fc.constantFrom("none" as const, "busy" as const, "forbidden" as const);
    const generated = fc.record({ prompts, uri, reason, context: contextOnly });
    const property = fc.asyncProperty(generated, async ({ prompts, uri: callbackUri, reason, context }) => {
      await dtmf.playPrompt("call", { prompts, ...context });
      expect(checker.checkParameters("playPrompt", graph.last())).toEqual([]);
      await dtmf.subscribeToTone("call", context);
      expect(checker.checkParameters("subscribeToTone", graph.last())).toEqual([]);
      await dtmf.cancelMediaProcessing("call", context);
      expect(checker.checkParameters("cancelMediaProcessing", graph.last())).toEqual([]);
      await dtmf.calls.answer("call", { callbackUri });
      expect(checker.checkParameters("answer", graph.last())).toEqual([]);
      await dtmf.calls.reject("call", { reason });
      expect(checker.checkParameters("reject", graph.last())).toEqual([]);
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test("the body of a new call is valid except for the id, which Graph assigns; the simulator accepts it", async () => {
    const target = fc.oneof(fc.record({ user: fc.record({ id }) }), fc.record({ phone: fc.record({ id }) }));
    const meeting: fc.Arbitrary<Meeting> = fc.oneof(
      fc.record(
        { joinMeetingId: id.filter((text) => text.trim() !== ""), passcode: id },
        { requiredKeys: ["joinMeetingId"] },
      ),
      fc.record({
        organizer: fc.record({ id, tenantId: id }, { requiredKeys: ["id"] }),
        chatInfo: fc.record({ threadId: id, messageId: id, replyChainMessageId: id }, { requiredKeys: ["threadId"] }),
      }),
      fc.record({ Oid: fc.uuid(), Tid: fc.uuid() }).map((context) => ({
        joinUrl: `https://teams.microsoft.com/l/meetup-join/19%3ameeting%40thread.v2/0?context=${encodeURIComponent(JSON.stringify(context))}`,
      })),
    );
    const whom = fc.oneof(
      fc.array(target, { minLength: 1, maxLength: 5 }).map((targets) => ({ targets })),
      meeting.map((meeting) => ({ meeting })),
    );
    const property = fc.asyncProperty(whom, uri, fc.uuid(), async (whom, callbackUri, tenantId) => {
      await dtmf.calls.create({ callbackUri: callbackUri.replace(/^http:/, "https:"), tenantId, ...whom });
      expect(checker.checkValue("graph.call", { id: "given by Graph", ...(graph.last() as object) })).toEqual([]);
      expect(() => parseCreateCallBody(graph.last(), tenantId)).not.toThrow();
    });
    await fc.assert(property, { numRuns: 200 });
  });
});
