import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { formatTones, TONES, type Tone } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { type Notification, parseNotifications } from "@graph-dtmf/notifications";
import { type Simulator, type SpellingFault, startSimulator } from "@graph-dtmf/simulator";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

// The parser and the simulator were written independently, from the same documentation. This test compares them.

const clock = createManualClock();
let simulator: Simulator;
let bot: Server;
let callbackUri: string;
let posted: Buffer[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ clock });
  bot = createServer(async (request, response) => {
    posted.push(Buffer.concat(await request.toArray()));
    response.writeHead(202).end();
  }).listen(0, "127.0.0.1");
  await once(bot, "listening");
  callbackUri = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  await simulator.close();
  bot.close();
});

async function post(path: string, body: unknown): Promise<{ id: string }> {
  const { token } = await simulator.credential.getToken("https://graph.microsoft.com/.default");
  const response = await fetch(`${simulator.url}/v1.0/communications/calls${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  expect(response.ok, text).toBe(true);
  return text === "" ? { id: "" } : JSON.parse(text);
}

/** The status and the completion reason of an operation that the simulator ends in each way. */
const ENDINGS = {
  completedSuccessfully: "completed completedSuccessfully",
  mediaOperationCanceled: "completed mediaOperationCanceled",
  unknown: "completed unknown",
  failed: "failed unknown",
} as const;
const serviceHosted = { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" };

/** An event in a call. */
type Step =
  | { kind: "send"; tones: readonly Tone[]; ending: keyof typeof ENDINGS }
  | { kind: "press"; tones: readonly Tone[] }
  | { kind: "prompt" }
  | { kind: "cancel" };

const tones = fc.array(fc.constantFrom(...TONES), { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("send"),
    tones,
    ending: fc.constantFrom(...(Object.keys(ENDINGS) as (keyof typeof ENDINGS)[])),
  }),
  fc.record({ kind: fc.constant("press"), tones }),
  fc.record({ kind: fc.constant("prompt") }),
  fc.record({ kind: fc.constant("cancel") }),
);
const scenario = fc.record({
  direction: fc.constantFrom("incoming", "outgoing"),
  steps: fc.array(step, { maxLength: 5 }),
  /** The spellings of the first notifications. The others have the documented spelling. */
  spellings: fc.array(
    fc.constantFrom<SpellingFault["spell"]>(
      "pascalCase",
      "upperDashless",
      "noId",
      "noSlash",
      "appPath",
      "stringNumbers",
      "windows1252",
    ),
    { maxLength: 12 },
  ),
  subcode: fc.nat(9999),
});

/** Runs events in a call, and records a summary of each notification that is expected. */
class Exchange {
  readonly expected: string[] = [];
  #callId = "";
  #pressed = 0;

  async begin(direction: "incoming" | "outgoing"): Promise<void> {
    if (direction === "incoming") {
      this.#callId = simulator.incoming({ callbackUri }).id;
      await post(`/${this.#callId}/answer`, { callbackUri, mediaConfig: serviceHosted });
      this.expected.push(`created ${this.#callId} call incoming`);
    } else {
      const targets = [{ identity: { user: { id: "u" } } }];
      const { tenantId } = simulator;
      this.#callId = (await post("", { callbackUri, tenantId, targets, mediaConfig: serviceHosted })).id;
    }
    await clock.advance(500);
    for (const state of ["establishing", "established"]) this.expected.push(`updated ${this.#callId} call ${state}`);
    await post(`/${this.#callId}/subscribeToTone`, {});
  }

  async run(step: Step): Promise<void> {
    const path = `/${this.#callId}`;
    switch (step.kind) {
      case "send": {
        const { tones, ending } = step;
        if (ending !== "completedSuccessfully") simulator.faults.next({ on: "sendDtmfTones", complete: ending });
        const { id } = await post(`${path}/sendDtmfTones`, { tones, clientContext: "c" });
        return this.#operation(id, `sendDtmfTonesOperation ${ENDINGS[ending]} c`, tones.length * 100);
      }
      case "press":
        simulator.call(this.#callId).press(formatTones(step.tones));
        for (const tone of step.tones) this.expected.push(`updated ${this.#callId} tone ${++this.#pressed} ${tone}`);
        await clock.advance(step.tones.length * 100);
        return;
      case "prompt":
      case "cancel": {
        const prompts = [
          { "@odata.type": "#microsoft.graph.mediaPrompt", mediaInfo: { uri: "https://bot.example/a" } },
        ];
        const { id } = await post(`${path}/playPrompt`, { prompts, clientContext: "p" });
        if (step.kind === "prompt") return this.#operation(id, "playPromptOperation completed 200/0 p", 1000);
        await post(`${path}/cancelMediaProcessing`, {});
        return this.#operation(id, "playPromptOperation failed 400/8508 p", 0);
      }
    }
  }

  async #operation(id: string, summary: string, afterMs: number): Promise<void> {
    this.expected.push(`deleted ${this.#callId} ${id} ${summary}`);
    await clock.advance(afterMs);
  }

  async end(subcode: number): Promise<void> {
    simulator.call(this.#callId).hangUp({ code: 200, subcode });
    this.expected.push(`deleted ${this.#callId} call terminated 200/${subcode}`);
    await simulator.settled();
  }
}

/** A notification in one line. The ids are those of its resource URL. */
function summaryOf(notification: Notification): string {
  const { kind, changeType, callId } = notification;
  const codes = (result?: { code: number; subcode: number }): string =>
    result ? `${result.code}/${result.subcode}` : "";
  const details = (): unknown[] => {
    switch (notification.kind) {
      case "operation": {
        const { operation, operationId } = notification;
        const { status, completionReason, resultInfo, clientContext } = operation as typeof operation & {
          completionReason?: string;
        };
        const type = operation["@odata.type"]?.replace("#microsoft.graph.", "");
        return [operationId, type, status, completionReason ?? codes(resultInfo), clientContext];
      }
      case "tone":
        return [kind, notification.toneInfo.sequenceId, notification.toneInfo.tone];
      case "call":
        return [kind, notification.call.state, codes(notification.call.resultInfo)];
      default:
        return [kind];
    }
  };
  return [changeType, callId, ...details()].join(" ").trimEnd();
}

test("parses every notification of the simulator, in every spelling", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ direction, steps, spellings, subcode }) => {
      posted = [];
      for (const spell of spellings) simulator.faults.next({ on: "notification", spell });
      const exchange = new Exchange();
      await exchange.begin(direction);
      for (const step of steps) await exchange.run(step);
      await exchange.end(subcode);
      expect(posted.flatMap((body) => parseNotifications(body)).map(summaryOf)).toEqual(exchange.expected);
      expect(simulator.undelivered).toEqual([]);
      await simulator.reset();
    }),
    { numRuns: 40 },
  );
}, 60_000);
