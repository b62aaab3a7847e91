import type { BotCall } from "@graph-dtmf/bot";
import { formatTones, type SecretTones } from "@graph-dtmf/models";
import type { SimulatedCall } from "@graph-dtmf/simulator";
import type { ScenarioContext } from "./scenario.ts";

/** Calls the far end. Resolves when the call is established. */
export async function callFarEnd({ bot, timeoutMs, botDid, farEndDid }: ScenarioContext): Promise<BotCall> {
  const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
  botDid("calls +15550100");
  await call.waitFor("established", { timeoutMs });
  farEndDid("picks up");
  return call;
}

/** Waits for the next tone from the far end. `expected` describes it in the error. */
export async function nextTone(tones: AsyncIterator<{ tone: string }, undefined>, expected: string): Promise<string> {
  const { value } = await tones.next();
  if (!value) throw new Error(`expected ${expected}, but the call ended`);
  return value.tone;
}

/** @throws Error without digits if the far end received other tones. */
export function expectTones({ heard }: SimulatedCall, tones: SecretTones): void {
  if (formatTones(heard) !== formatTones(tones)) throw new Error("the far end received other tones than were dialed");
}

/** Ends the call, and reports the reason that Graph gives. */
export async function hangUp(call: BotCall, { timeoutMs, botDid }: ScenarioContext): Promise<void> {
  await call.hangUp();
  const { reason } = await call.waitFor("terminated", { timeoutMs });
  botDid(`hangs up: ${reason}`);
}
