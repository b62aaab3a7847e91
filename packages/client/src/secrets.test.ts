import { format, inspect } from "node:util";
import { secretTones } from "@graph-dtmf/models";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createObservedClock } from "./__fixtures__/observed-clock.ts";
import { createRecordingWatcher } from "./__fixtures__/recording-watcher.ts";
import {
  accept,
  type Behaviour,
  reset,
  respond,
  type ScriptedServer,
  silent,
  startScriptedServer,
} from "./__fixtures__/scripted-server.ts";
import { createDtmfClient } from "./client.ts";

/** A PIN, and the forms in which it could leak: keys and names of its tones. */
const PIN = "8642*";
const LEAK = /8642|tone[8642]|star/;
const TOKEN = "canary-token";

let server: ScriptedServer;
let printed: string[];

beforeEach(async () => {
  server = await startScriptedServer();
  printed = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...values) => printed.push(format(...values)) && undefined);
  }
});

afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

/** Everything that a program may do to print a value. */
function everyPrint(value: unknown): string[] {
  const texts = [
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    inspect(value, { depth: 20, customInspect: false }),
    JSON.stringify(value) ?? "",
    String(value),
  ];
  if (value instanceof Error)
    texts.push(value.message, value.stack ?? "", ...everyPrint({ ...value, cause: value.cause }));
  return texts;
}

const echo = {
  error: {
    code: "BadRequest",
    message: "Cannot play 'tone8','tone6','tone4','tone2','star' in this call",
    innerError: { message: '["tone8","tone6","tone4","tone2","star"]' },
  },
};

describe("a PIN appears nowhere but in the request", () => {
  const cases: [string, Behaviour][] = [
    ["accepted", accept()],
    ["accepted with an operation that has ended", accept({ status: "completed", completionReason: "unknown" })],
    ["refused with a text that repeats it", respond(400, echo)],
    [
      "refused with a nested text that repeats it",
      respond(400, { error: { code: "UnknownError", message: JSON.stringify(echo.error) } }),
    ],
    ["refused with a normal text", respond(404, { error: { code: "8522", message: "Call not found." } })],
    ["reset", reset],
    ["answered with an HTML page that repeats it", respond(502, `<pre>${JSON.stringify(echo)}</pre>`)],
    ["not answered", silent],
  ];

  test.each(cases)("%s", async (_, behaviour) => {
    const clock = createObservedClock();
    const operations = createRecordingWatcher();
    const observed: unknown[] = [];
    const record = (...values: unknown[]) => void observed.push(values);
    const span = { setAttributes: record, setStatus: record, end: record };
    const dtmf = createDtmfClient({
      baseUrl: server.url,
      clock,
      operations,
      credential: async () => TOKEN,
      logger: { debug: record, info: record, warn: record, error: record },
      telemetry: {
        tracer: { startSpan: (...values) => record(...values) ?? span },
        meter: { createCounter: () => ({ add: record }), createHistogram: () => ({ record }) },
      },
    });
    server.behaviours.push(behaviour);
    const request = { tones: secretTones(PIN), clientContext: "mine" };
    const sending = dtmf.sendDtmfTones("call", request).then(
      (sent) => sent,
      (error: unknown) => error,
    );
    const [received] = await server.received(1);
    if (behaviour === silent) {
      await clock.started(30_000);
      await clock.advance(30_000);
    }
    const result = await sending;
    expect(received?.body).toContain('"tone8","tone6","tone4","tone2","star"');
    expect(observed.length).toBeGreaterThan(5);
    const texts = [result, request, dtmf, operations.expected, observed].flatMap(everyPrint).concat(printed).join("\n");
    expect(texts).not.toMatch(LEAK);
    expect(texts).not.toContain(TOKEN);
    await dtmf.close();
  });

  test("also if it is invalid", async () => {
    const dtmf = createDtmfClient({ baseUrl: server.url, credential: async () => TOKEN });
    for (const tones of [`${PIN}x`, [...PIN], [8642], { reveal: () => PIN }]) {
      const error = await dtmf.sendDtmfTones("call", { tones: tones as string }).catch((error: unknown) => error);
      expect(error).toMatchObject({ code: "invalid_tones" });
      // The message lists all tones, so only keys can be searched.
      expect(everyPrint(error).join()).not.toMatch(/8642|8,6,4,2/);
    }
    await dtmf.close();
  });
});
