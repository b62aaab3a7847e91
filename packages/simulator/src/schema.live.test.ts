import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TONES } from "@graph-dtmf/models";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Checker, parseCsdl } from "./__fixtures__/csdl.ts";
import { openScene, type Scene } from "./__fixtures__/foreign-client.ts";
import type { SendEnding } from "./index.ts";
import { readSendTonesBody } from "./send-tones-body.ts";

const directory = process.env.GRAPH_REFERENCE_DIR;
if (!directory) {
  console.warn(
    "SKIPPED: set GRAPH_REFERENCE_DIR to a folder with graph/calls-v1.0.csdl to check payloads against Graph's schema",
  );
}

describe.skipIf(!directory)("by the types of Graph's own schema", () => {
  let checker: Checker;
  let scene: Scene;
  beforeAll(async () => {
    checker = new Checker(parseCsdl(readFileSync(join(directory ?? "", "graph/calls-v1.0.csdl"), "utf8")));
    scene = await openScene();
  });
  afterAll(() => scene?.close());
  beforeEach(() => {
    scene.bot.received.length = 0;
  });

  test("the checker itself finds faults", () => {
    const operation = { "@odata.type": "#microsoft.graph.sendDtmfTonesOperation", id: "1", status: "completed" };
    expect(checker.value("graph.commsOperation", operation)).toEqual([]);
    expect(checker.value("graph.commsOperation", { ...operation, status: "Completed" })).toHaveLength(1);
    expect(checker.value("graph.commsOperation", { ...operation, completionReason: "played" })).toHaveLength(1);
    expect(checker.value("graph.commsOperation", { ...operation, id: undefined })).toHaveLength(1);
    expect(checker.value("graph.call", operation)).toHaveLength(1);
    expect(checker.value("graph.resultInfo", { code: "200", subcode: 0, why: "" })).toHaveLength(2);
    expect(checker.parameters("sendDtmfTones", { tones: ["hash"], delay: 1 })).toHaveLength(2);
  });

  const endings: (SendEnding | undefined)[] = [
    undefined,
    "mediaOperationCanceled",
    "unknown",
    "failed",
    "never",
    "atOnce",
  ];
  const send = fc.record({
    body: fc.record(
      {
        tones: fc.array(fc.constantFrom(...TONES), { minLength: 1, maxLength: 6 }),
        delayBetweenTonesMs: fc.option(fc.nat(2000), { nil: null }),
        clientContext: fc.option(fc.string({ maxLength: 256, unit: "grapheme-ascii" }), { nil: null }),
      },
      { requiredKeys: ["tones"] },
    ),
    ending: fc.constantFrom(...endings),
  });
  const scenario = fc.record({
    call: fc.record(
      {
        subject: fc.option(fc.string(), { nil: null }),
        requestedModalities: fc.subarray(["audio", "video", "data"]),
        mediaConfig: fc.constantFrom(
          { "@odata.type": "#microsoft.graph.appHostedMediaConfig", blob: "…" },
          {
            "@odata.type": "#microsoft.graph.serviceHostedMediaConfig",
            preFetchMedia: [{ uri: "https://bot.example/a.wav" }],
          },
        ),
        targets: fc.constantFrom(
          [{ identity: { phone: { "@odata.type": "#microsoft.graph.identity", id: "+15550100" } } }],
          [
            { identity: { user: { id: "u", displayName: null } }, hidden: true },
            { identity: { application: { id: "a" } } },
          ],
        ),
        source: fc.constantFrom(null, { identity: { application: { id: "a" } }, region: "emea" }),
      },
      { requiredKeys: [] },
    ),
    sends: fc.array(send, { maxLength: 3 }),
    deletedByBot: fc.boolean(),
  });

  test("every answer and notification of a call is valid", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ call, sends, deletedByBot }) => {
        const { client, clock, simulator, bot } = scene;
        await client.authenticate();
        const created = await client.ask("POST", "/v1.0/communications/calls", { body: client.callBody(call) });
        expect(created.status).toBe(201);
        expect(checker.value("graph.call", created.body)).toEqual([]);
        const path = `/v1.0/communications/calls/${created.body.id}`;
        await clock.advance(500);
        for (const { body, ending } of sends) {
          expect(checker.parameters("sendDtmfTones", body)).toEqual([]);
          if (ending) simulator.faults.next({ on: "sendDtmfTones", complete: ending });
          const sent = await client.ask("POST", `${path}/sendDtmfTones`, { body });
          expect(checker.value(checker.returnType("sendDtmfTones"), sent.body)).toEqual([]);
          await clock.advance(3000);
          const operation = await client.ask("GET", `${path}/operations/${sent.body.id}`);
          expect(checker.value("graph.commsOperation", operation.body)).toEqual([]);
        }
        expect(checker.value("graph.call", (await client.ask("GET", path)).body)).toEqual([]);
        if (deletedByBot) await client.ask("DELETE", path);
        else simulator.call(created.body.id).hangUp();
        await simulator.settled();
        for (const { text } of bot.received) {
          const body = JSON.parse(text);
          expect(checker.value("graph.commsNotifications", body)).toEqual([]);
          for (const { resourceData, resourceUrl } of body.value) {
            // Of a call only what changed is told; of an operation, all.
            const isOperation = /\/operations\//.test(resourceUrl);
            const type = isOperation ? "graph.commsOperation" : "graph.call";
            expect(checker.value(type, resourceData, isOperation ? "whole" : "changes")).toEqual([]);
          }
        }
        expect(bot.received.length).toBeGreaterThanOrEqual(3);
        await simulator.reset();
        bot.received.length = 0;
      }),
      { numRuns: 40 },
    );
  });

  test("bodies of sendDtmfTones are taken exactly if the schema takes them and they make sense", () => {
    const odd = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.constantFrom("tone1", "star", 2 ** 31),
    );
    const anyBody = fc.record(
      {
        tones: fc.oneof(
          fc.array(fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...TONES) }, { weight: 1, arbitrary: odd })),
          odd,
        ),
        delayBetweenTonesMs: fc.oneof(fc.nat(), odd),
        clientContext: fc.oneof(fc.string({ maxLength: 300 }), odd),
        more: odd,
      },
      { requiredKeys: [] },
    );
    const makesSense = ({ tones, delayBetweenTonesMs, clientContext }: Record<string, unknown>): boolean =>
      (tones as unknown[]).length > 0 &&
      Number(delayBetweenTonesMs ?? 0) >= 0 &&
      // Unicode="false" and the 256 characters of the page.
      /^\p{ASCII}{0,256}$/u.test(String(clientContext ?? ""));
    let taken = 0;
    fc.assert(
      fc.property(anyBody, (body) => {
        const isValid = checker.parameters("sendDtmfTones", body).length === 0 && makesSense(body);
        if (isValid) taken++;
        const read = (): unknown => readSendTonesBody(body);
        if (isValid) expect(read).not.toThrow();
        else expect(read).toThrow(expect.objectContaining({ status: 400 }));
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
