import { format, inspect } from "node:util";
import { secretTones } from "@graph-dtmf/models";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createObservedClock } from "./__fixtures__/observed-clock.ts";
import { createRecordingWatcher } from "./__fixtures__/recording-watcher.ts";
import {
  accept,
  answer,
  type Behaviour,
  reset,
  type ScriptedServer,
  silent,
  startScriptedServer,
} from "./__fixtures__/scripted-server.ts";
import { createDtmfClient } from "./client.ts";

/** A PIN that is found wherever it leaks: as keys, and by the names that its tones have on the wire. */
const PIN = "8642*";
const LEAK = /8642|tone[8642]|star/;
const TOKEN = "canary-token";

let server: ScriptedServer;
let printed: string[];

beforeEach(async () => {
  server = await startScriptedServer();
  printed = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...given) => printed.push(format(...given)) && undefined);
  }
});

afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

/** Everything that a program may do to see what is in a value. */
function everyPrint(value: unknown): string[] {
  const seen = [
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    inspect(value, { depth: 20, customInspect: false }),
    JSON.stringify(value) ?? "",
    String(value),
  ];
  if (value instanceof Error)
    seen.push(value.message, value.stack ?? "", ...everyPrint({ ...value, cause: value.cause }));
  return seen;
}

const echo = {
  error: {
    code: "BadRequest",
    message: "Cannot play 'tone8','tone6','tone4','tone2','star' in this call",
    innerError: { message: '["tone8","tone6","tone4","tone2","star"]' },
  },
};

describe("a PIN appears nowhere but on the wire", () => {
  const cases: [string, Behaviour][] = [
    ["accepted", accept()],
    ["accepted with an operation that is over", accept({ status: "completed", completionReason: "unknown" })],
    ["refused by a Graph that echoes it", answer(400, echo)],
    [
      "refused by a Graph that hides the echo in a message",
      answer(400, { error: { code: "UnknownError", message: JSON.stringify(echo.error) } }),
    ],
    ["refused for good reasons", answer(404, { error: { code: "8522", message: "Call not found." } })],
    ["lost to a reset", reset],
    ["lost to a page for people that echoes it", answer(502, `<pre>${JSON.stringify(echo)}</pre>`)],
    ["lost to silence", silent],
  ];

  test.each(cases)("%s", async (_, behaviour) => {
    const clock = createObservedClock();
    const operations = createRecordingWatcher();
    const watched: unknown[] = [];
    const watch = (...given: unknown[]) => void watched.push(given);
    const span = { setAttributes: watch, setStatus: watch, end: watch };
    const dtmf = createDtmfClient({
      baseUrl: server.url,
      clock,
      operations,
      credential: async () => TOKEN,
      logger: { debug: watch, info: watch, warn: watch, error: watch },
      telemetry: {
        tracer: { startSpan: (...given) => watch(...given) ?? span },
        meter: { createCounter: () => ({ add: watch }), createHistogram: () => ({ record: watch }) },
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
    expect(watched.length).toBeGreaterThan(5);
    const seen = [result, request, dtmf, operations.expected, watched].flatMap(everyPrint).concat(printed).join("\n");
    expect(seen).not.toMatch(LEAK);
    expect(seen).not.toContain(TOKEN);
    await dtmf.close();
  });

  test("not even when it is wrong", async () => {
    const dtmf = createDtmfClient({ baseUrl: server.url, credential: async () => TOKEN });
    for (const tones of [`${PIN}x`, [...PIN], [8642], { reveal: () => PIN }]) {
      const error = await dtmf.sendDtmfTones("call", { tones: tones as string }).catch((error: unknown) => error);
      expect(error).toMatchObject({ code: "invalid_tones" });
      // It names every tone there is, so only the keys can be looked for.
      expect(everyPrint(error).join()).not.toMatch(/8642|8,6,4,2/);
    }
    await dtmf.close();
  });
});
