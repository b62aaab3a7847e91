import type { BotCall, CallingBot } from "@graph-dtmf/bot";
import { formatTones, type SecretTones } from "@graph-dtmf/models";
import type { PhoneMenu, SimulatedCall, Simulator } from "@graph-dtmf/simulator";

/** A conversation with somebody at the far end. */
export interface Conversation {
  about: string;
  farEnd: PhoneMenu;
  /** @throws Error if the far end did not see what it should. */
  hold(scene: ConversationScene): Promise<void>;
}

/** Where a conversation takes place. */
export interface ConversationScene {
  bot: CallingBot;
  simulator: Simulator;
  callbackUri: string;
  /** How long to wait for anything. */
  timeoutMs: number;
  botDid(what: string): void;
  farEndDid(what: string): void;
}

/** Calls the far end, and waits until it has picked up. */
export async function callFarEnd({ bot, timeoutMs, botDid, farEndDid }: ConversationScene): Promise<BotCall> {
  const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
  botDid("calls +15550100");
  await call.waitFor("established", { timeoutMs });
  farEndDid("picks up");
  return call;
}

/** Waits for the next key from the far end. */
export async function nextKey(tones: AsyncIterator<{ tone: string }, undefined>, what: string): Promise<string> {
  const { value } = await tones.next();
  if (!value) throw new Error(`expected ${what}, but the call ended`);
  return value.tone;
}

/** @throws Error, with no keys in it, if the far end heard anything else. */
export function expectHeard({ heard }: SimulatedCall, keys: SecretTones): void {
  if (formatTones(heard) !== formatTones(keys)) throw new Error("the far end did not hear what was dialed");
}

/** Ends the call, and says how it ended. */
export async function hangUp(call: BotCall, { timeoutMs, botDid }: ConversationScene): Promise<void> {
  await call.hangUp();
  const { reason } = await call.waitFor("terminated", { timeoutMs });
  botDid(`hangs up: ${reason}`);
}
