import { InvalidRequestError, InvalidTonesError, secretTones, TONES, type Tone } from "@graph-dtmf/models";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { createRecordingWatcher, type RecordingWatcher } from "./__fixtures__/recording-watcher.ts";
import { accept, reset, respond, type ScriptedServer, startScriptedServer } from "./__fixtures__/scripted-server.ts";
import type { TonesInput } from "./actions/send-dtmf-tones-body.ts";
import { createDtmfClient, type DtmfClient, type LockedSend } from "./client.ts";

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";

let server: ScriptedServer;
let operations: RecordingWatcher;
let dtmf: DtmfClient;

beforeEach(async () => {
  server = await startScriptedServer();
  operations = createRecordingWatcher();
  dtmf = createDtmfClient({ baseUrl: server.url, credential: async () => "token", operations });
});

afterEach(async () => {
  await server.close();
  await dtmf.close();
});

async function bodyOf(tones: TonesInput, rest: object = {}): Promise<unknown> {
  server.behaviours.push(accept());
  await dtmf.sendDtmfTones(CALL, { tones, ...rest });
  return JSON.parse(server.requests.at(-1)?.body ?? "");
}

describe("sendDtmfTones", () => {
  test("posts exactly the tones, the delay and the clientContext, with a bearer token", async () => {
    const clientContext = "e0be71f1-a14f-4cec-b65a-e7aba5db7c53";
    const body = await bodyOf("12#", { delayBetweenTonesMs: 1000, clientContext });
    expect(body).toEqual({ tones: ["tone1", "tone2", "pound"], delayBetweenTonesMs: 1000, clientContext });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", path: `/v1.0/communications/calls/${CALL}/sendDtmfTones` });
    expect(request?.headers).toMatchObject({
      authorization: "Bearer token",
      "content-type": "application/json",
      "client-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test("sends a delay only if it is input, also 0", async () => {
    expect(await bodyOf("1")).toEqual({ tones: ["tone1"], clientContext: "generated" });
    expect(await bodyOf("1", { delayBetweenTonesMs: 0 })).toMatchObject({ delayBetweenTonesMs: 0 });
  });

  test("accepts keys, tones, a ToneInfo collection in the order of sequenceId, and secret tones", async () => {
    const tones = ["tone1", "star", "flash"];
    const inputs: TonesInput[] = [
      "1*!",
      ["tone1", "star", "flash"],
      [
        { sequenceId: 3, tone: "flash" },
        { sequenceId: 1, tone: "tone1" },
        { sequenceId: 2, tone: "star" },
      ],
      secretTones("1*!"),
    ];
    for (const input of inputs) expect(await bodyOf(input)).toMatchObject({ tones });
  });

  test("returns the ids, the location and the operation of the response", async () => {
    const location = "https://graph.microsoft.com/v1.0/communications/calls/another/operations/op-1";
    server.behaviours.push(respond(200, { id: "OP-1", status: "Running", clientContext: "mine" }, { location }));
    const sent = await dtmf.sendDtmfTones(CALL, { tones: "1", clientContext: "mine" });
    expect(sent).toMatchObject({
      callId: CALL,
      id: "OP-1",
      clientContext: "mine",
      location,
      operation: { status: "running" },
    });
  });

  test("registers the operation with its duration before the request is sent", async () => {
    server.behaviours.push((socket) => {
      expect(operations.expected).toHaveLength(1);
      accept()(socket);
    });
    await dtmf.sendDtmfTones(CALL, { tones: "123", delayBetweenTonesMs: 500 }, { tenantId: "tenant" });
    expect(operations.expected).toEqual([
      { callId: CALL, kind: "sendDtmfTonesOperation", expectedMs: 1_300, tenantId: "tenant" },
    ]);
  });

  test("sends without a tracker, and completion() rejects with no_watcher", async () => {
    const untracked = createDtmfClient({ baseUrl: server.url, credential: async () => "token" });
    server.behaviours.push(accept());
    const sent = await untracked.sendDtmfTones(CALL, { tones: "1" });
    expect(sent.clientContext).toMatch(/^[0-9a-f-]{36}$/);
    await expect(sent.completion()).rejects.toMatchObject({ code: "no_watcher" });
    await untracked.close();
  });

  test("returns a typed operation", () => {
    expectTypeOf(dtmf.sendDtmfTones).returns.resolves.toHaveProperty("operation").not.toBeAny();
    expectTypeOf<TonesInput>().not.toBeAny();
  });
});

describe("input that Graph would refuse is refused before any I/O", () => {
  const anyTones = { tones: "1" };
  const wrong: [string, string, Record<string, unknown>][] = [
    ["no tones", CALL, { tones: "" }],
    ["only separators", CALL, { tones: " - " }],
    ["an empty list", CALL, { tones: [] }],
    ["a text that is not a key", CALL, { tones: "12x4" }],
    ["a text that is not a tone", CALL, { tones: ["tone1", "tone10"] }],
    ["null in the list", CALL, { tones: ["tone1", null] }],
    ["a hole in the list", CALL, { tones: Array(2) }],
    ["a number", CALL, { tones: 4711 }],
    ["a negative delay", CALL, { tones: "1", delayBetweenTonesMs: -1 }],
    ["a fraction of a millisecond", CALL, { tones: "1", delayBetweenTonesMs: 0.5 }],
    ["a delay above Int32", CALL, { tones: "1", delayBetweenTonesMs: 2 ** 31 }],
    ["a string as delay", CALL, { tones: "1", delayBetweenTonesMs: "300" }],
    ["a null delay", CALL, { tones: "1", delayBetweenTonesMs: null }],
    ["a clientContext of 257 characters", CALL, { tones: "1", clientContext: "x".repeat(257) }],
    ["an empty clientContext", CALL, { tones: "1", clientContext: "" }],
    ["a clientContext that is not ASCII", CALL, { tones: "1", clientContext: "anrüfe" }],
    ["an empty call id", "", anyTones],
    ["a call id with a slash", "1/../../users", anyTones],
    ["a call id with dots", "..", anyTones],
    ["a call id with a query", "1?x=", anyTones],
    ["a call id with a space", "1 2", anyTones],
    ["a call id with an escape", "1%2f2", anyTones],
  ];

  test.each(wrong)("%s", async (_, callId, request) => {
    const error = await dtmf.sendDtmfTones(callId, request as { tones: string }).catch((error: unknown) => error);
    expect(error instanceof InvalidTonesError || error instanceof InvalidRequestError).toBe(true);
    expect(operations.expected).toHaveLength(0);
    expect(server.requests).toHaveLength(0);
  });

  test("accepts the longest clientContext", async () => {
    const clientContext = "x".repeat(256);
    expect(await bodyOf("1", { clientContext })).toMatchObject({ clientContext });
  });

  test("has the position of an invalid key in the error, but no keys", async () => {
    const error = await dtmf.sendDtmfTones(CALL, { tones: "4711x" }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "invalid_tones", index: 4 });
    expect(String(error)).not.toMatch(/4711|x$/);
  });
});

describe("every body", () => {
  const tone = fc.constantFrom<Tone>(...TONES);
  const request = fc.record(
    {
      tones: fc.oneof(
        fc.array(tone, { minLength: 1 }),
        fc.array(fc.record({ sequenceId: fc.integer(), tone }), { minLength: 1 }),
        fc.array(fc.constantFrom(..."0123456789*#ABCDabcd! -()."), { minLength: 1 }).map((keys) => `1${keys.join("")}`),
      ),
      delayBetweenTonesMs: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      clientContext: fc.stringMatching(/^[\x20-\x7e]{1,256}$/),
    },
    { requiredKeys: ["tones"] },
  );

  test("conforms to the schema of Graph v1.0", async () => {
    await fc.assert(
      fc.asyncProperty(request, async (input) => {
        const body = (await bodyOf(input.tones, input)) as Record<string, unknown>;
        expect(Object.keys(body).sort()).toEqual(
          ["clientContext", ...("delayBetweenTonesMs" in input ? ["delayBetweenTonesMs"] : []), "tones"].sort(),
        );
        expect(body.tones).toSatisfy(
          (tones: unknown[]) => tones.length > 0 && tones.every((one) => TONES.includes(one as Tone)),
        );
        expect(body.delayBetweenTonesMs).toBe(input.delayBetweenTonesMs);
        expect(body.clientContext).toBe(input.clientContext ?? "generated");
      }),
      { numRuns: 200 },
    );
  });
});

describe("the other media actions", () => {
  test("posts subscribeToTone, playPrompt and cancelMediaProcessing in Graph's spelling", async () => {
    server.behaviours.push(accept({ status: "completed" }), accept(), accept());
    await dtmf.subscribeToTone(CALL);
    await dtmf.playPrompt(CALL, { prompts: [{ uri: "https://bot.contoso.com/menu.wav", resourceId: "menu" }] });
    await dtmf.cancelMediaProcessing(CALL, { clientContext: "stop" });
    expect(server.requests.map(({ path, body }) => [path.split("/").at(-1), JSON.parse(body)])).toEqual([
      ["subscribeToTone", { clientContext: "generated" }],
      [
        "playPrompt",
        {
          prompts: [
            {
              "@odata.type": "#microsoft.graph.mediaPrompt",
              mediaInfo: {
                "@odata.type": "#microsoft.graph.mediaInfo",
                uri: "https://bot.contoso.com/menu.wav",
                resourceId: "menu",
              },
            },
          ],
          clientContext: "generated",
        },
      ],
      ["cancelMediaProcessing", { clientContext: "stop" }],
    ]);
    expect(operations.expected.map(({ kind }) => kind)).toEqual([
      "subscribeToToneOperation",
      "playPromptOperation",
      "cancelMediaProcessingOperation",
    ]);
  });

  test("sends them at most once", async () => {
    for (const send of [
      () => dtmf.subscribeToTone(CALL),
      () => dtmf.playPrompt(CALL, { prompts: [{ uri: "https://bot.contoso.com/menu.wav" }] }),
      () => dtmf.cancelMediaProcessing(CALL),
    ]) {
      server.behaviours.push(reset);
      const before = server.requests.length;
      await expect(send()).rejects.toMatchObject({ code: "delivery_unknown" });
      expect(server.requests).toHaveLength(before + 1);
    }
  });

  test("sends cancelMediaProcessing without waiting for the request before it", async () => {
    const playing = dtmf.sendDtmfTones(CALL, { tones: "1" });
    await server.received(1);
    server.behaviours.push(accept({ status: "completed" }));
    await dtmf.cancelMediaProcessing(CALL);
    for (const socket of server.sockets) accept()(socket);
    await playing;
  });

  test("refuses a prompt without a URL", async () => {
    for (const prompts of [[], undefined, [{ uri: "menu.wav" }], Array(21).fill({ uri: "https://a.b/c.wav" })]) {
      await expect(dtmf.playPrompt(CALL, { prompts } as never)).rejects.toMatchObject({ code: "invalid_request" });
    }
  });
});

describe("withCallLock", () => {
  test("sends nothing else of the call until the action ends, also if it throws", async () => {
    server.behaviours.push(accept({ id: "op-1" }), accept({ id: "op-2" }), accept({ id: "op-3" }));
    let other: Promise<unknown> = Promise.resolve();
    const locked = dtmf.withCallLock(CALL, async (send) => {
      other = dtmf.sendDtmfTones(CALL, { tones: "9" });
      await send({ tones: "1" });
      await send({ tones: "2" });
      throw new Error("enough");
    });
    await expect(locked).rejects.toThrow("enough");
    await other;
    expect(server.requests.map(({ body }) => JSON.parse(body).tones)).toEqual([["tone1"], ["tone2"], ["tone9"]]);
  });

  test("keeps the order of sends that are not awaited", async () => {
    await dtmf.withCallLock(CALL, async (send) => {
      const sending = ["1", "2", "3"].map((tones) => send({ tones }));
      for (let count = 1; count <= 3; count++) {
        await server.received(count);
        expect(server.requests).toHaveLength(count);
        for (const socket of server.sockets) accept({ id: `op-${count}` })(socket);
      }
      expect((await Promise.all(sending)).map(({ id }) => id)).toEqual(["op-1", "op-2", "op-3"]);
    });
  });

  test.each(["returned", "thrown"])("rejects a send after the action has %s, and sends nothing", async (how) => {
    let kept: LockedSend | undefined;
    const locked = dtmf.withCallLock(CALL, async (send) => {
      kept = send;
      if (how === "thrown") throw new Error("enough");
    });
    await locked.catch(() => {});
    await expect(kept?.({ tones: "1" })).rejects.toMatchObject({ code: "invalid_request" });
    expect(server.requests).toEqual([]);
  });
});

describe("getOperation", () => {
  test("returns an operation", async () => {
    server.behaviours.push(respond(200, { id: "op-1", status: "Completed" }));
    expect(await dtmf.getOperation(CALL, "op-1")).toMatchObject({ id: "op-1", status: "completed" });
    expect(server.requests[0]).toMatchObject({
      method: "GET",
      path: `/v1.0/communications/calls/${CALL}/operations/op-1`,
      body: "",
    });
  });

  test.each([404, 405, 501])(
    "%i means that Graph does not provide operations, not that the operation failed",
    async (status) => {
      server.behaviours.push(respond(status));
      await expect(dtmf.getOperation(CALL, "op-1")).rejects.toMatchObject({ code: "not_supported", cause: { status } });
      expect(server.requests).toHaveLength(1);
    },
  );

  test("refuses an id that could reach another resource", async () => {
    await expect(dtmf.getOperation(CALL, "../../users")).rejects.toMatchObject({ code: "invalid_request" });
  });
});

test("the client has exactly its documented members", () => {
  expect(Object.keys(dtmf).sort()).toEqual([
    "calls",
    "cancelMediaProcessing",
    "close",
    "getOperation",
    "playPrompt",
    "sendDtmfTones",
    "subscribeToTone",
    "withCallLock",
  ]);
});
