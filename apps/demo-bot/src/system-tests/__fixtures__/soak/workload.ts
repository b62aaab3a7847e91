import { type OperationOutcome, TONES, type Tone } from "@graph-dtmf/models";
import type { Fault } from "@graph-dtmf/simulator";
import { FAULTS, nameOf } from "./faults.ts";
import { lie } from "./forged-notifications.ts";
import type { Dice } from "./seeded-random.ts";
import type { World } from "./test-bed.ts";

/** One sendDtmfTones, and what became of it as far as the bot knows. */
export interface Send {
  callId: string;
  tones: readonly Tone[];
  /** What was ordered just before it; a notification of another call may have met it. */
  fault: string;
  answer: "none" | "accepted" | "refused" | "unknown";
  /** Of those that were accepted, and of those that nobody knows of. */
  outcome?: OperationOutcome;
  /** Whether the call was over when that was told. */
  wasOver?: boolean;
  /** The code of an error that is none of those that are documented. */
  astray?: string;
}

/** What a bot's life leaves behind. */
export interface Diary {
  sends: Send[];
  calls: { made: number; refused: number };
}

const REFUSED: readonly string[] = ["graph_request_failed", "not_sent", "token_unavailable"];
const MINUTE_MS = 60_000;
/** Each send of a call begins with a key of its own, so that the far end can tell them apart. */
const FIRST_KEYS: readonly Tone[] = ["star", "pound", "a", "b", "c"];
const DIGITS: readonly Tone[] = TONES.slice(0, 10);

/** Makes calls and keys through them until it is time to stop; what goes wrong meanwhile is up to the dice. */
export async function live({ world, dice, untilMs }: { world: World; dice: Dice; untilMs: number }): Promise<Diary> {
  const { clock } = world;
  const diary: Diary = { sends: [], calls: { made: 0, refused: 0 } };
  const underway: Promise<void>[] = [];
  while (clock.now() < untilMs) {
    // Before the call begins, so that its first notification meets one or the other and not whichever is quicker.
    if (dice.chance() < 0.05) await world.simulator.rotateKeys({ keepPrevious: dice.chance() < 0.5 });
    world.isDown = dice.chance() < 0.05;
    underway.push(new Call(world, dice, diary).take());
    await clock.sleep(dice.between(5_000, 120_000) + dice.chance());
  }
  world.isDown = false;
  await Promise.all(underway);
  return diary;
}

class Call {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #diary: Diary;

  constructor(world: World, dice: Dice, diary: Diary) {
    this.#world = world;
    this.#dice = dice;
    this.#diary = diary;
  }

  async take(): Promise<void> {
    const { clock, dtmf, simulator, callbackUri } = this.#world;
    const dice = this.#dice;
    const callId = await dtmf.calls
      .create({ callbackUri, tenantId: simulator.tenantId, targets: [{ phone: { id: "+15550100" } }] })
      .then(
        ({ id }) => id,
        () => undefined,
      );
    if (callId === undefined) {
      this.#diary.calls.refused++;
      return;
    }
    this.#diary.calls.made++;
    await clock.sleep(1_000);
    const sends: Promise<void>[] = [];
    for (const first of FIRST_KEYS.slice(0, dice.between(1, FIRST_KEYS.length))) {
      sends.push(this.#send(callId, first));
      // Sometimes the next is asked for while this one sounds, waits, or is being answered.
      await clock.sleep(dice.pick([0, 150, 2_000, 20_000]) + dice.chance());
      if (dice.chance() < 0.1) {
        void dtmf.cancelMediaProcessing(callId).catch(() => {});
        // Until it has arrived: what is sent at once may take another connection, and overtake it now and then.
        await clock.sleep(0);
      }
      if (dice.chance() < 0.05) simulator.call(callId).hangUp();
    }
    if (dice.chance() < 0.5) await Promise.all(sends);
    if (dice.chance() < 0.1) await this.#stayAlive(callId);
    // A bot that does not hang up is dropped for want of a keepAlive.
    if (dice.chance() < 0.9) await dtmf.calls.hangUp(callId).catch(() => {});
    await Promise.all(sends);
  }

  async #stayAlive(callId: string): Promise<void> {
    const { clock, dtmf } = this.#world;
    for (let times = 0; times < this.#dice.between(1, 4); times++) {
      await clock.sleep(15 * MINUTE_MS);
      await dtmf.calls.keepAlive(callId).catch(() => {});
    }
  }

  async #send(callId: string, first: Tone): Promise<void> {
    const { dtmf, simulator } = this.#world;
    const dice = this.#dice;
    const fault = dice.chance() < 0.7 ? dice.pick(FAULTS) : undefined;
    if (fault) simulator.faults.next(fault as Fault);
    const tones: Tone[] = [first, ...Array.from({ length: dice.between(1, 9) }, () => dice.pick(DIGITS))];
    const send: Send = { callId, tones, fault: nameOf(fault), answer: "none" };
    this.#diary.sends.push(send);
    const delay = dice.pick([undefined, 0, 100, 700]);
    const clientContext = `${callId} ${first}`;
    if (dice.chance() < 0.1) void lie(this.#world, { callId, clientContext });
    try {
      const sent = await dtmf.sendDtmfTones(callId, {
        tones,
        clientContext,
        ...(delay !== undefined && { delayBetweenTonesMs: delay }),
      });
      send.answer = "accepted";
      send.outcome = await sent.completion();
    } catch (error) {
      const { code, completion } = error as { code?: string; completion?: () => Promise<OperationOutcome> };
      if (code === "delivery_unknown" && completion) {
        send.answer = "unknown";
        send.outcome = await completion.call(error);
      } else if (REFUSED.includes(code ?? "")) send.answer = "refused";
      else send.astray = code ?? String(error);
    }
    send.wasOver = simulator.call(callId).state === "terminated";
  }
}
