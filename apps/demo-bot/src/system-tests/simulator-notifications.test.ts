import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { formatTones, TONES, type Tone } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import { type Notification, parseNotifications } from "@graph-dtmf/notifications";
import { type Simulator, type SpellingFault, startSimulator } from "@graph-dtmf/simulator";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

// The reader and the simulator were written apart, from the same documents: what the one says the other must understand.

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

async function ask(path: string, body: unknown): Promise<{ id: string }> {
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

const ENDINGS = {
  well: "completed completedSuccessfully",
  mediaOperationCanceled: "completed mediaOperationCanceled",
  unknown: "completed unknown",
  failed: "failed unknown",
} as const;
const serviceHosted = { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" };

/** Something that happens in a call, and how each notification of it is to be read. */
type Step =
  | { does: "send"; tones: readonly Tone[]; ending: keyof typeof ENDINGS }
  | { does: "press"; tones: readonly Tone[] }
  | { does: "prompt" }
  | { does: "cancel" };

const tones = fc.array(fc.constantFrom(...TONES), { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    does: fc.constant("send"),
    tones,
    ending: fc.constantFrom(...(Object.keys(ENDINGS) as (keyof typeof ENDINGS)[])),
  }),
  fc.record({ does: fc.constant("press"), tones }),
  fc.record({ does: fc.constant("prompt") }),
  fc.record({ does: fc.constant("cancel") }),
);
const scenario = fc.record({
  direction: fc.constantFrom("incoming", "outgoing"),
  steps: fc.array(step, { maxLength: 5 }),
  /** Those of the first notifications; the rest are spelled as always. */
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

class Exchange {
  readonly expected: string[] = [];
  #callId = "";
  #pressed = 0;

  async begin(direction: "incoming" | "outgoing"): Promise<void> {
    if (direction === "incoming") {
      this.#callId = simulator.incoming({ callbackUri }).id;
      await ask(`/${this.#callId}/answer`, { callbackUri, mediaConfig: serviceHosted });
      this.expected.push(`created ${this.#callId} call incoming`);
    } else {
      const targets = [{ identity: { user: { id: "u" } } }];
      const { tenantId } = simulator;
      this.#callId = (await ask("", { callbackUri, tenantId, targets, mediaConfig: serviceHosted })).id;
    }
    await clock.advance(500);
    for (const state of ["establishing", "established"]) this.expected.push(`updated ${this.#callId} call ${state}`);
    await ask(`/${this.#callId}/subscribeToTone`, {});
  }

  async take(step: Step): Promise<void> {
    const path = `/${this.#callId}`;
    switch (step.does) {
      case "send": {
        const { tones, ending } = step;
        if (ending !== "well") simulator.faults.next({ on: "sendDtmfTones", complete: ending });
        const { id } = await ask(`${path}/sendDtmfTones`, { tones, clientContext: "c" });
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
        const { id } = await ask(`${path}/playPrompt`, { prompts, clientContext: "p" });
        if (step.does === "prompt") return this.#operation(id, "playPromptOperation completed 200/0 p", 1000);
        await ask(`${path}/cancelMediaProcessing`, {});
        return this.#operation(id, "playPromptOperation failed 400/8508 p", 0);
      }
    }
  }

  async #operation(id: string, ends: string, afterMs: number): Promise<void> {
    this.expected.push(`deleted ${this.#callId} ${id} ${ends}`);
    await clock.advance(afterMs);
  }

  async end(subcode: number): Promise<void> {
    simulator.call(this.#callId).hangUp({ code: 200, subcode });
    this.expected.push(`deleted ${this.#callId} call terminated 200/${subcode}`);
    await simulator.settled();
  }
}

/** What a notification says, in one line; the ids in it are those of the address. */
function summaryOf(notification: Notification): string {
  const { kind, changeType, callId } = notification;
  const codes = (result?: { code: number; subcode: number }): string =>
    result ? `${result.code}/${result.subcode}` : "";
  const words = (): unknown[] => {
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
  return [changeType, callId, ...words()].join(" ").trimEnd();
}

test("whatever the simulator tells, in whatever spelling, is read as it was meant", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ direction, steps, spellings, subcode }) => {
      posted = [];
      for (const spell of spellings) simulator.faults.next({ on: "notification", spell });
      const exchange = new Exchange();
      await exchange.begin(direction);
      for (const step of steps) await exchange.take(step);
      await exchange.end(subcode);
      expect(posted.flatMap((body) => parseNotifications(body)).map(summaryOf)).toEqual(exchange.expected);
      expect(simulator.undelivered).toEqual([]);
      await simulator.reset();
    }),
    { numRuns: 40 },
  );
}, 60_000);
