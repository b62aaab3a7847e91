import type { SentOperation } from "@graph-dtmf/client";
import { formatTones, type SendDtmfTonesOperation, type Tone } from "@graph-dtmf/models";
import { type SimulatedCall, type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { type Bot, startBot } from "../bot/bot.ts";
import type { Ending, Tell } from "./walkthrough-event.ts";

/** What the walkthrough sends, and how fast. */
export interface WalkthroughOptions {
  tones: readonly Tone[];
  /** Milliseconds between two tones. */
  delayBetweenTonesMs: number;
  /** The speed of the simulator. 1 is real time. */
  speed: number;
}

/** How the simulator is asked to end a send, and what must come of it. */
const ENDINGS = [
  { complete: undefined, completionReason: "completedSuccessfully", outcome: "completed", played: "all" },
  {
    complete: "mediaOperationCanceled",
    completionReason: "mediaOperationCanceled",
    outcome: "canceled",
    played: "notAll",
  },
  { complete: "unknown", completionReason: "unknown", outcome: "failed", played: "unknown" },
] as const;

/** How long one step may take, besides the time that its tones take. */
const STEP_MS = 15_000;
const TONE_MS = 100;
const PROGRESS_MS = 50;

/**
 * Tells the whole exchange, over real sockets: a token, a call, tones in it, and the three ways in which they end.
 *
 * @throws Error saying which step was not seen as it should be.
 */
export async function tellStory(options: WalkthroughOptions, tell: Tell): Promise<void> {
  const simulator = await startSimulator({ speed: options.speed });
  let failures = 0;
  try {
    const bot = await startBot(
      { ...simulator, graphUrl: simulator.url },
      {
        verified: ({ claims, tenantId }) =>
          tell({ step: "verified", issuer: String(claims.iss), audience: String(claims.aud), tenantId }),
        failed(error) {
          failures++;
          tell({ step: "failed", message: error instanceof Error ? error.message : String(error) });
        },
      },
    );
    try {
      await new Story(options, tell, { simulator, bot }).run();
    } finally {
      await bot.close();
    }
  } finally {
    await simulator.close();
  }
  if (failures > 0) throw new Error(`expected nothing to fail on the way, saw ${failures} failures`);
}

class Story {
  readonly #options: WalkthroughOptions;
  readonly #tell: Tell;
  readonly #simulator: Simulator;
  readonly #bot: Bot;

  constructor(options: WalkthroughOptions, tell: Tell, { simulator, bot }: { simulator: Simulator; bot: Bot }) {
    this.#options = options;
    this.#tell = tell;
    this.#simulator = simulator;
    this.#bot = bot;
  }

  async run(): Promise<void> {
    const { tones, speed } = this.#options;
    const { url, openIdConfigurationUrl, tenantId } = this.#simulator;
    this.#tell({
      step: "started",
      graph: url,
      callback: this.#bot.callbackUri,
      keysFrom: openIdConfigurationUrl,
      speed,
    });
    await inTime("a token", this.#bot.getToken());
    this.#tell({ step: "token", tenantId });
    const callId = await this.#call();
    const endings: Ending[] = [];
    for (const expected of ENDINGS) endings.push(await this.#press(callId, expected));
    this.#tell({ step: "endings", of: tones.length, endings });
    await this.#bot.dtmf.calls.hangUp(callId);
    await this.#reach(callId, "terminated");
    const { requests, undelivered } = this.#simulator;
    if (undelivered.length > 0)
      throw new Error(`expected every notification to be taken, saw ${undelivered.length} refused`);
    this.#tell({ step: "done", requests: requests.length });
  }

  async #call(): Promise<string> {
    const { callbackUri, dtmf } = this.#bot;
    const target = { phone: { id: "+15550100" } };
    const { id, state } = await inTime(
      "a call",
      dtmf.calls.create({ callbackUri, tenantId: this.#simulator.tenantId, targets: [target] }),
    );
    this.#tell({ step: "callCreated", callId: id, state: String(state) });
    await this.#reach(id, "established");
    return id;
  }

  async #reach(callId: string, state: "established" | "terminated"): Promise<void> {
    await inTime(`the call to be ${state}`, this.#bot.waitForState(callId, state));
    this.#tell({ step: "callState", callId, state });
  }

  async #press(callId: string, expected: (typeof ENDINGS)[number]): Promise<Ending> {
    const { tones, delayBetweenTonesMs, speed } = this.#options;
    const expectedMs = (tones.length * TONE_MS + (tones.length - 1) * delayBetweenTonesMs) / speed;
    if (expected.complete) this.#simulator.faults.next({ on: "sendDtmfTones", complete: expected.complete });
    this.#tell({ step: "sending", keys: formatTones(tones), delayBetweenTonesMs, complete: expected.completionReason });
    const call = this.#simulator.call(callId);
    const before = call.heard.length;
    const sent = await inTime("an answer", this.#bot.dtmf.sendDtmfTones(callId, { tones, delayBetweenTonesMs }));
    const { id, clientContext, operation, location = "" } = sent;
    this.#tell({ step: "accepted", operationId: id, clientContext, status: operation.status, location });
    const ending = await this.#await(sent, { call, before, expectedMs });
    this.#tell({ step: "ended", operationId: id, ...ending });
    for (const member of ["outcome", "played", "completionReason"] as const) {
      if (ending[member] !== expected[member])
        throw new Error(`expected ${member} ${expected[member]}, saw ${ending[member]}`);
    }
    if (expected.played === "all" && formatTones(call.heard.slice(before)) !== formatTones(tones)) {
      throw new Error("the far end did not hear what was sent");
    }
    return ending;
  }

  /** Waits for the notification, and shows how far the tones are meanwhile. */
  async #await(
    sent: SentOperation<SendDtmfTonesOperation>,
    { call, before, expectedMs }: { call: SimulatedCall; before: number; expectedMs: number },
  ): Promise<Ending> {
    let shown = 0;
    const show = (): void => {
      const heard = call.heard.length - before;
      if (heard > shown) this.#tell({ step: "progress", heard, of: this.#options.tones.length });
      shown = heard;
    };
    const progress = setInterval(show, PROGRESS_MS);
    try {
      const result = await sent.completion({ timeoutMs: expectedMs + STEP_MS });
      show();
      const operation = "operation" in result ? result.operation : undefined;
      return {
        outcome: result.outcome,
        played: result.played,
        status: operation?.status ?? null,
        completionReason: operation?.completionReason ?? "",
        heard: call.heard.length - before,
      };
    } finally {
      clearInterval(progress);
    }
  }
}

/** What is not seen in time is not waited for: the story would never end. */
async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`expected ${what} within ${STEP_MS / 1000} s, saw none`)), STEP_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
