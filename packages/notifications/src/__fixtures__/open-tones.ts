import type { PendingOperation } from "@graph-dtmf/models";
import type { ManualClock } from "@graph-dtmf/models/testing";
import { createManualClock } from "@graph-dtmf/models/testing";
import { onTestFinished } from "vitest";
import type { NotificationReceiver, NotificationReceiverOptions } from "../receiver/notification-receiver.ts";
import type { HeardTone } from "../tones/tone-reorder-buffer.ts";
import { createOperationTracker } from "../tracker/create-operation-tracker.ts";
import type { OperationTracker } from "../tracker/operation-tracker.ts";
import type { Answer } from "./edges.ts";
import { CALL, callEntry, toneEntry } from "./envelopes.ts";
import { openReceiver } from "./open-receiver.ts";

/** A receiver with a real tracker, for tests of tone streams. */
export interface OpenTones {
  clock: ManualClock;
  operations: OperationTracker;
  receiver: NotificationReceiver;
  deliver(...entries: unknown[]): Promise<Answer>;
  /** Delivers one notification per tone; the last digit of the number is the key. */
  press(...sequenceIds: number[]): Promise<void>;
  endCall(): Promise<Answer>;
  /** Registers a subscribeToTone request, as a client does. `answered` reports that Graph accepted it. */
  subscribe(): { pending: PendingOperation; answered(): void };
}

export async function openTones(options: Partial<NotificationReceiverOptions> = {}): Promise<OpenTones> {
  const clock = createManualClock();
  const operations = createOperationTracker({ clock });
  onTestFinished(() => operations.close());
  const { receiver, deliver } = await openReceiver({ clock, operations, ...options });
  return {
    clock,
    operations,
    receiver,
    deliver,
    async press(...sequenceIds) {
      for (const sequenceId of sequenceIds) await deliver(toneEntry(sequenceId, { tone: toneOf(sequenceId) }));
    },
    endCall: () => deliver(callEntry("terminated", { changeType: "deleted" })),
    subscribe() {
      const pending = operations.expect({ callId: CALL, kind: "subscribeToToneOperation" });
      return {
        pending,
        answered: () => pending.accepted({ id: "subscription", status: "completed" }),
      };
    },
  };
}

export function toneOf(sequenceId: number): string {
  return `tone${sequenceId % 10}`;
}

/** The tones of a stream so far. */
export interface Collected {
  readonly done: Promise<void>;
  readonly received: readonly HeardTone[];
  readonly state: string;
  /** The tones as `number+gap`. */
  readonly text: string;
}

/** Reads a stream in the background. */
export function collectFrom(tones: AsyncIterable<HeardTone>): Collected {
  const received: HeardTone[] = [];
  let state = "open";
  const done = (async () => {
    for await (const tone of tones) received.push(tone);
    state = "done";
  })();
  done.catch(() => {
    state = "failed";
  });
  return {
    done,
    received,
    get state(): string {
      return state;
    },
    get text(): string {
      return received.map(({ sequenceId, gapBefore }) => `${sequenceId}${gapBefore ? `+${gapBefore}` : ""}`).join(" ");
    },
  };
}
