import { type OperationOutcome, TONES, type Tone } from "@graph-dtmf/models";
import type { Fault } from "@graph-dtmf/simulator";
import { FAULTS, nameOf } from "./faults.ts";
import { postForgedNotifications } from "./forged-notifications.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { TestBed } from "./test-bed.ts";

/** One sendDtmfTones request, and the result that the bot got for it. */
export interface Send {
  callId: string;
  tones: readonly Tone[];
  /** The fault that was injected just before. A notification of another call may have met it instead. */
  fault: string;
  response: "none" | "accepted" | "refused" | "unknown";
  /** Set for accepted and unknown deliveries. */
  outcome?: OperationOutcome;
  /** Whether the call had ended when the outcome came. */
  callHadEnded?: boolean;
  /** The code of an error that the documentation of the client does not list. */
  undocumentedError?: string;
}

/** Everything that a workload did. */
export interface WorkloadLog {
  sends: Send[];
  calls: { made: number; refused: number };
}

const REFUSED_CODES: readonly string[] = ["graph_request_failed", "not_sent", "token_unavailable"];
const MINUTE_MS = 60_000;
/** Each send of a call begins with a different key, so that the tones that the far end receives can be assigned to it. */
const FIRST_KEYS: readonly Tone[] = ["star", "pound", "a", "b", "c"];
const DIGITS: readonly Tone[] = TONES.slice(0, 10);

/** Creates calls and sends tones in them until `untilMs`. Random values decide which faults are injected. */
export async function runWorkload(
  { testBed, random }: { testBed: TestBed; random: SeededRandom },
  untilMs: number,
): Promise<WorkloadLog> {
  const { clock } = testBed;
  const log: WorkloadLog = { sends: [], calls: { made: 0, refused: 0 } };
  const running: Promise<void>[] = [];
  while (clock.now() < untilMs) {
    // Before the call begins, so that the keys of its first notification do not depend on a race.
    if (random.fraction() < 0.05) await testBed.simulator.rotateKeys({ keepPrevious: random.fraction() < 0.5 });
    testBed.isDown = random.fraction() < 0.05;
    running.push(new CallWorkload({ testBed, random }, log).run());
    await clock.sleep(random.between(5_000, 120_000) + random.fraction());
  }
  testBed.isDown = false;
  await Promise.all(running);
  return log;
}

class CallWorkload {
  readonly #testBed: TestBed;
  readonly #random: SeededRandom;
  readonly #log: WorkloadLog;

  constructor({ testBed, random }: { testBed: TestBed; random: SeededRandom }, log: WorkloadLog) {
    this.#testBed = testBed;
    this.#random = random;
    this.#log = log;
  }

  async run(): Promise<void> {
    const { clock, dtmf, simulator, callbackUri } = this.#testBed;
    const random = this.#random;
    const callId = await dtmf.calls
      .create({ callbackUri, tenantId: simulator.tenantId, targets: [{ phone: { id: "+15550100" } }] })
      .then(
        ({ id }) => id,
        () => undefined,
      );
    if (callId === undefined) {
      this.#log.calls.refused++;
      return;
    }
    this.#log.calls.made++;
    await clock.sleep(1_000);
    const sends: Promise<void>[] = [];
    for (const first of FIRST_KEYS.slice(0, random.between(1, FIRST_KEYS.length))) {
      sends.push(this.#send(callId, first));
      // The next send may come while this one is played, queued or in transit.
      await clock.sleep(random.pick([0, 150, 2_000, 20_000]) + random.fraction());
      if (random.fraction() < 0.1) {
        void dtmf.cancelMediaProcessing(callId).catch(() => {});
        // Waits until it has arrived. Otherwise the next request may use another connection, and overtake it.
        await clock.sleep(0);
      }
      if (random.fraction() < 0.05) simulator.call(callId).hangUp();
    }
    if (random.fraction() < 0.5) await Promise.all(sends);
    if (random.fraction() < 0.1) await this.#keepAlive(callId);
    // Graph ends a call without keepAlive, if the bot does not hang up.
    if (random.fraction() < 0.9) await dtmf.calls.hangUp(callId).catch(() => {});
    await Promise.all(sends);
  }

  async #keepAlive(callId: string): Promise<void> {
    const { clock, dtmf } = this.#testBed;
    for (let count = 0; count < this.#random.between(1, 4); count++) {
      await clock.sleep(15 * MINUTE_MS);
      await dtmf.calls.keepAlive(callId).catch(() => {});
    }
  }

  async #send(callId: string, first: Tone): Promise<void> {
    const { dtmf, simulator } = this.#testBed;
    const random = this.#random;
    const fault = random.fraction() < 0.7 ? random.pick(FAULTS) : undefined;
    if (fault) simulator.faults.next(fault as Fault);
    const tones: Tone[] = [first, ...Array.from({ length: random.between(1, 9) }, () => random.pick(DIGITS))];
    const send: Send = { callId, tones, fault: nameOf(fault), response: "none" };
    this.#log.sends.push(send);
    const delay = random.pick([undefined, 0, 100, 700]);
    const clientContext = `${callId} ${first}`;
    if (random.fraction() < 0.1) void postForgedNotifications(this.#testBed, { callId, clientContext });
    try {
      const sent = await dtmf.sendDtmfTones(callId, {
        tones,
        clientContext,
        ...(delay !== undefined && { delayBetweenTonesMs: delay }),
      });
      send.response = "accepted";
      send.outcome = await sent.completion();
    } catch (error) {
      const { code, completion } = error as { code?: string; completion?: () => Promise<OperationOutcome> };
      if (code === "delivery_unknown" && completion) {
        send.response = "unknown";
        send.outcome = await completion.call(error);
      } else if (REFUSED_CODES.includes(code ?? "")) send.response = "refused";
      else send.undocumentedError = code ?? String(error);
    }
    send.callHadEnded = simulator.call(callId).state === "terminated";
  }
}
