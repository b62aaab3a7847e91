import type { BotCall } from "@graph-dtmf/bot";
import { formatTones, secretTones } from "@graph-dtmf/models";
import type { PhoneMenu } from "@graph-dtmf/simulator";
import type { Scenario } from "./scenario.ts";
import { hangUp } from "./scenario-steps.ts";

const PIN = secretTones("4711#");

const farEnd: PhoneMenu = {
  start: "listening",
  states: {
    // The caller waits for the star that the bot sends after the prompt.
    listening: { choices: { "*": "typing" } },
    typing: { press: `12#${formatTones(PIN)}` },
  },
};

/** A caller enters a PIN. The first attempt is too short. The PIN is not printed. */
export const collect: Scenario = {
  description: "the bot collects the PIN of a caller; the first attempt is too short",
  farEnd,
  async run(context) {
    const { bot, simulator, callbackUri, botDid, farEndDid, timeoutMs } = context;
    const incoming = new Promise<BotCall>((resolve) => bot.on("incoming", resolve));
    simulator.incoming({ callbackUri, farEnd });
    const call = await incoming;
    farEndDid("calls the bot");
    await call.answer();
    await call.waitFor("established", { timeoutMs });
    botDid("answers, plays a prompt for a PIN, and sends a star");
    const prompts = [{ uri: "https://bot.example.com/pin.wav" }];
    const collecting = call.collect({ maxDigits: 6, minDigits: 4, prompts, maxAttempts: 3, timeoutMs });
    await call.sendTones("*");
    const { digits, endedBy } = await collecting;
    farEndDid("enters 2 digits, which are too few, and then the PIN");
    botDid(`collects ${digits}, ended by ${endedBy}`);
    if (`${formatTones(digits)}#` !== formatTones(PIN))
      throw new Error("the bot collected other digits than were sent");
    await hangUp(call, context);
  },
};
