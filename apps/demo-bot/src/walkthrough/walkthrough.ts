import type { SentOperation } from "@graph-dtmf/client";
import { formatTones, type SendDtmfTonesOperation, type Tone } from "@graph-dtmf/models";
import { TONE_DURATION_MS } from "@graph-dtmf/models/internal";
import { type SimulatedCall, type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { type Bot, startBot } from "../bot/bot.ts";
import { STEP_TIMEOUT_MS, withinStepTimeout } from "./step-timeout.ts";
import type { Emit, SendResult } from "./walkthrough-event.ts";

/** The tones that the walkthrough sends, and the speed of the simulator. */
export interface WalkthroughOptions {
  tones: readonly Tone[];
  /** Milliseconds between two tones. */
  delayBetweenTonesMs: number;
  /** The speed of the simulator. 1 is real time. */
  speed: number;
}

/** What the simulator does with each send, and the result that is expected then. */
const EXPECTED_RESULTS = [
  { complete: undefined, completionReason: "completedSuccessfully", outcome: "completed", played: "all" },
  {
    complete: "mediaOperationCanceled",
    completionReason: "mediaOperationCanceled",
    outcome: "canceled",
    played: "notAll",
  },
  { complete: "unknown", completionReason: "unknown", outcome: "failed", played: "unknown" },
] as const;
type ExpectedResult = (typeof EXPECTED_RESULTS)[number];

const PROGRESS_INTERVAL_MS = 50;

/**
 * Runs the whole exchange over HTTP: gets a token, creates a call, and sends tones three times, once for each completion
 * reason.
 *
 * @throws Error that names the step with an unexpected result.
 */
export async function runWalkthrough(options: WalkthroughOptions, emit: Emit): Promise<void> {
  const simulator = await startSimulator({ speed: options.speed });
  let failures = 0;
  try {
    const bot = await startBot(
      { ...simulator, graphUrl: simulator.url },
      {
        verified: ({ claims, tenantId }) =>
          emit({ step: "verified", issuer: String(claims.iss), audience: String(claims.aud), tenantId }),
        failed(error) {
          failures++;
          emit({ step: "failed", message: error instanceof Error ? error.message : String(error) });
        },
      },
    );
    try {
      await new Walkthrough(options, emit, { simulator, bot }).run();
    } finally {
      await bot.close();
    }
  } finally {
    await simulator.close();
  }
  if (failures > 0) throw new Error(`expected no failures, got ${failures}`);
}

class Walkthrough {
  readonly #options: WalkthroughOptions;
  readonly #emit: Emit;
  readonly #simulator: Simulator;
  readonly #bot: Bot;

  constructor(options: WalkthroughOptions, emit: Emit, { simulator, bot }: { simulator: Simulator; bot: Bot }) {
    this.#options = options;
    this.#emit = emit;
    this.#simulator = simulator;
    this.#bot = bot;
  }

  async run(): Promise<void> {
    const { tones, speed } = this.#options;
    const { url, openIdConfigurationUrl, tenantId } = this.#simulator;
    this.#emit({ step: "started", graph: url, callback: this.#bot.callbackUri, openIdConfigurationUrl, speed });
    await withinStepTimeout("a token", this.#bot.getToken());
    this.#emit({ step: "token", tenantId });
    const callId = await this.#createCall();
    const results: SendResult[] = [];
    for (const expected of EXPECTED_RESULTS) results.push(await this.#sendTones(callId, expected));
    this.#emit({ step: "summary", of: tones.length, results });
    await this.#bot.dtmf.calls.hangUp(callId);
    await this.#waitForState(callId, "terminated");
    const { requests, undelivered } = this.#simulator;
    if (undelivered.length > 0) throw new Error(`expected no refused notifications, got ${undelivered.length}`);
    this.#emit({ step: "done", requests: requests.length });
  }

  async #createCall(): Promise<string> {
    const { callbackUri, dtmf } = this.#bot;
    const target = { phone: { id: "+15550100" } };
    const { id, state } = await withinStepTimeout(
      "a call",
      dtmf.calls.create({ callbackUri, tenantId: this.#simulator.tenantId, targets: [target] }),
    );
    this.#emit({ step: "callCreated", callId: id, state: String(state) });
    await this.#waitForState(id, "established");
    return id;
  }

  async #waitForState(callId: string, state: "established" | "terminated"): Promise<void> {
    await withinStepTimeout(`the call to be ${state}`, this.#bot.waitForState(callId, state));
    this.#emit({ step: "callState", callId, state });
  }

  async #sendTones(callId: string, expected: ExpectedResult): Promise<SendResult> {
    const { tones, delayBetweenTonesMs } = this.#options;
    const { complete, completionReason } = expected;
    if (complete) this.#simulator.faults.next({ on: "sendDtmfTones", complete });
    this.#emit({ step: "sending", keys: formatTones(tones), delayBetweenTonesMs, completionReason });
    const call = this.#simulator.call(callId);
    const before = call.heard.length;
    const sent = await withinStepTimeout(
      "a response",
      this.#bot.dtmf.sendDtmfTones(callId, { tones, delayBetweenTonesMs }),
    );
    const { id, clientContext, operation, location = "" } = sent;
    this.#emit({ step: "accepted", operationId: id, clientContext, status: operation.status, location });
    const result = await this.#waitForResult(sent, { call, before });
    this.#emit({ step: "ended", operationId: id, ...result });
    checkResult(result, expected);
    if (expected.played === "all" && formatTones(call.heard.slice(before)) !== formatTones(tones)) {
      throw new Error("the far end received other tones than were sent");
    }
    return result;
  }

  /** Waits for the completion, and emits the progress of the tones in the meantime. */
  async #waitForResult(
    sent: SentOperation<SendDtmfTonesOperation>,
    { call, before }: { call: SimulatedCall; before: number },
  ): Promise<SendResult> {
    const { tones, delayBetweenTonesMs, speed } = this.#options;
    const durationMs = (tones.length * TONE_DURATION_MS + (tones.length - 1) * delayBetweenTonesMs) / speed;
    let emitted = 0;
    const emitProgress = (): void => {
      const received = call.heard.length - before;
      if (received > emitted) this.#emit({ step: "progress", received, of: tones.length });
      emitted = received;
    };
    const interval = setInterval(emitProgress, PROGRESS_INTERVAL_MS);
    try {
      const result = await sent.completion({ timeoutMs: durationMs + STEP_TIMEOUT_MS });
      emitProgress();
      const operation = "operation" in result ? result.operation : undefined;
      return {
        outcome: result.outcome,
        played: result.played,
        status: operation?.status ?? null,
        completionReason: operation?.completionReason ?? "",
        received: call.heard.length - before,
      };
    } finally {
      clearInterval(interval);
    }
  }
}

function checkResult(result: SendResult, expected: ExpectedResult): void {
  for (const member of ["outcome", "played", "completionReason"] as const) {
    if (result[member] !== expected[member])
      throw new Error(`expected ${member} ${expected[member]}, got ${result[member]}`);
  }
}
