import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TONES } from "@graph-dtmf/models";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PayloadChecker, parseCsdl } from "../__fixtures__/csdl.ts";
import { createTestSetup, type TestSetup } from "../__fixtures__/test-setup.ts";
import type { SendEnding } from "../index.ts";
import { parseSendTonesBody } from "./media-bodies.ts";

/** One step of a call. */
type Step =
  | { body: Record<string, unknown>; ending: SendEnding | undefined; afterMs: number }
  | { press: string }
  | { prompts: string[]; cancel: boolean };

const directory = process.env.GRAPH_REFERENCE_DIR;
if (!directory) {
  console.warn(
    "SKIPPED: set GRAPH_REFERENCE_DIR to a folder with graph/calls-v1.0.csdl to check payloads against Graph's schema",
  );
}

describe.skipIf(!directory)("against the types of Graph's own schema", () => {
  let checker: PayloadChecker;
  let setup: TestSetup;
  beforeAll(async () => {
    checker = new PayloadChecker(parseCsdl(readFileSync(join(directory ?? "", "graph/calls-v1.0.csdl"), "utf8")));
    setup = await createTestSetup();
  });
  afterAll(() => setup?.close());
  beforeEach(() => {
    setup.bot.received.length = 0;
  });

  test("the checker finds errors", () => {
    const operation = { "@odata.type": "#microsoft.graph.sendDtmfTonesOperation", id: "1", status: "completed" };
    expect(checker.checkValue("graph.commsOperation", operation)).toEqual([]);
    expect(checker.checkValue("graph.commsOperation", { ...operation, status: "Completed" })).toHaveLength(1);
    expect(checker.checkValue("graph.commsOperation", { ...operation, completionReason: "played" })).toHaveLength(1);
    expect(checker.checkValue("graph.commsOperation", { ...operation, id: undefined })).toHaveLength(1);
    expect(checker.checkValue("graph.call", operation)).toHaveLength(1);
    expect(checker.checkValue("graph.resultInfo", { code: "200", subcode: 0, why: "" })).toHaveLength(2);
    expect(checker.checkParameters("sendDtmfTones", { tones: ["hash"], delay: 1 })).toHaveLength(2);
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
    /** When the operation is read. */
    afterMs: fc.constantFrom(0, 150, 3000),
  });
  const step = fc.oneof(
    { weight: 3, arbitrary: send },
    fc.record({ press: fc.string({ unit: fc.constantFrom(..."0123456789*#ABCD!"), minLength: 1, maxLength: 4 }) }),
    fc.record({ prompts: fc.array(fc.webUrl(), { minLength: 1, maxLength: 3 }), cancel: fc.boolean() }),
  );
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
    steps: fc.array(step, { maxLength: 4 }),
    isIncoming: fc.boolean(),
    deletedByBot: fc.boolean(),
  });

  /** Sends an action that the schema allows, and checks its response. */
  async function act(path: string, action: string, body: object): Promise<{ status: number; id: string }> {
    expect(checker.checkParameters(action, body)).toEqual([]);
    const { status, body: answer } = await setup.client.request("POST", `${path}/${action}`, { body });
    if (status === 200) expect(checker.checkValue(checker.returnType(action), answer)).toEqual([]);
    return { status, id: answer?.id };
  }

  async function begin(call: Record<string, unknown>, isIncoming: boolean): Promise<string> {
    const { client, simulator, clock } = setup;
    const body = client.createCallBody(call);
    if (!isIncoming) {
      const created = await client.request("POST", "/v1.0/communications/calls", { body });
      expect(created.status).toBe(201);
      expect(checker.checkValue("graph.call", created.body)).toEqual([]);
      await clock.advance(500);
      return created.body.id;
    }
    const { callbackUri, mediaConfig } = body;
    const { id } = simulator.incoming({ callbackUri: String(callbackUri) });
    const answer = { callbackUri, mediaConfig, acceptedModalities: ["audio"] };
    expect((await act(`/v1.0/communications/calls/${id}`, "answer", answer)).status).toBe(202);
    await clock.advance(500);
    return id;
  }

  async function take(callId: string, step: Step): Promise<void> {
    const { client, clock, simulator } = setup;
    const path = `/v1.0/communications/calls/${callId}`;
    if ("press" in step) {
      // Refused with app-hosted media: then no notification reports the keys.
      await act(path, "subscribeToTone", { clientContext: "keys" });
      simulator.call(callId).press(step.press);
    } else if ("prompts" in step) {
      const prompts = step.prompts.map((uri) => ({
        "@odata.type": "#microsoft.graph.mediaPrompt",
        mediaInfo: { uri },
      }));
      await act(path, "playPrompt", { prompts });
      if (step.cancel) await act(path, "cancelMediaProcessing", {});
    } else {
      if (step.ending) simulator.faults.next({ on: "sendDtmfTones", complete: step.ending });
      const { id, status } = await act(path, "sendDtmfTones", step.body);
      expect(status).toBe(200);
      await clock.advance(step.afterMs);
      const operation = await client.request("GET", `${path}/operations/${id}`);
      expect(checker.checkValue("graph.commsOperation", operation.body)).toEqual([]);
    }
    await clock.advance(4000);
  }

  test("every response and notification of a call is valid", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ call, steps, isIncoming, deletedByBot }) => {
        const { client, simulator, bot } = setup;
        await client.authenticate();
        const callId = await begin(call, isIncoming);
        for (const step of steps) await take(callId, step);
        const path = `/v1.0/communications/calls/${callId}`;
        expect(checker.checkValue("graph.call", (await client.request("GET", path)).body)).toEqual([]);
        if (deletedByBot) await client.request("DELETE", path);
        else simulator.call(callId).hangUp();
        await simulator.settled();
        for (const { text } of bot.received) {
          const body = JSON.parse(text);
          expect(checker.checkValue("graph.commsNotifications", body)).toEqual([]);
          for (const { resourceData, resourceUrl } of body.value) {
            // A notification of a call contains only what changed, one of an operation the whole resource.
            const isOperation = /\/operations\//.test(resourceUrl);
            const type = isOperation ? "graph.commsOperation" : "graph.call";
            expect(checker.checkValue(type, resourceData, isOperation ? "whole" : "changes")).toEqual([]);
          }
        }
        expect(bot.received.length).toBeGreaterThanOrEqual(3);
        await simulator.reset();
        bot.received.length = 0;
      }),
      { numRuns: 60 },
    );
  });

  test("accepts exactly the bodies of sendDtmfTones that the schema allows and that make sense", () => {
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
      // Unicode="false", and at most 256 characters as documented.
      /^\p{ASCII}{0,256}$/u.test(String(clientContext ?? ""));
    let accepted = 0;
    fc.assert(
      fc.property(anyBody, (body) => {
        const isValid = checker.checkParameters("sendDtmfTones", body).length === 0 && makesSense(body);
        if (isValid) accepted++;
        const parse = (): unknown => parseSendTonesBody(body);
        if (isValid) expect(parse).not.toThrow();
        else expect(parse).toThrow(expect.objectContaining({ status: 400 }));
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
