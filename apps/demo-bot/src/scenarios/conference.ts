import { planDial } from "@graph-dtmf/bot";
import { formatTones, secretTones } from "@graph-dtmf/models";
import type { Scenario } from "./scenario.ts";
import { callFarEnd, expectTones, hangUp, nextTone } from "./scenario-steps.ts";

const PIN = secretTones("4711#");

/** The bot enters a PIN. The far end confirms it with a tone. The PIN is not printed. */
export const conference: Scenario = {
  description: "the bot enters the PIN of a conference",
  farEnd: {
    start: "pin",
    states: {
      pin: { choices: { [formatTones(PIN)]: "room" }, endKey: "#", attempts: 3, failed: "goodbye" },
      room: { press: "1" },
      goodbye: { hangUp: true },
    },
  },
  async run(context) {
    const { botDid, farEndDid, simulator } = context;
    const call = await callFarEnd(context);
    const tones = call.tones({ signal: AbortSignal.timeout(context.timeoutMs) });
    const steps = [{ pauseMs: 1000 }, { tones: PIN }];
    botDid(`plans ${JSON.stringify(planDial(steps).steps)}`);
    const { outcome, tonesPlayed } = await call.dial(steps);
    botDid(`dials: ${outcome}, ${tonesPlayed} of ${PIN.length} tones played`);
    expectTones(simulator.call(call.id), PIN);
    farEndDid(`admits the bot, and confirms with ${await nextTone(tones, "a confirmation")}`);
    await hangUp(call, context);
  },
};
