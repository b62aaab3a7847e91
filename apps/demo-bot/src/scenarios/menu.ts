import { planDial } from "@graph-dtmf/bot";
import { secretTones } from "@graph-dtmf/models";
import type { Scenario } from "./scenario.ts";
import { callFarEnd, expectTones, hangUp, nextTone } from "./scenario-steps.ts";

/** One digit for each level of the menu, each after a pause. */
const PATH = "w1w2w3";
const KEYS = secretTones("123");

/** The bot navigates a phone menu with one dial string. A person answers at the end. */
export const menu: Scenario = {
  description: "the bot navigates three levels of a phone menu",
  farEnd: {
    start: "hotline",
    states: {
      hotline: { choices: { 1: "support" } },
      support: { choices: { 2: "accounts" } },
      accounts: { choices: { 3: "person" } },
      person: { press: "5" },
    },
  },
  async run(context) {
    const { botDid, farEndDid, simulator } = context;
    const call = await callFarEnd(context);
    const tones = call.tones({ signal: AbortSignal.timeout(context.timeoutMs) });
    const { steps, durationMs } = planDial(PATH);
    botDid(`plans ${JSON.stringify(steps)}, ${durationMs} ms`);
    const { outcome, tonesPlayed } = await call.dial(PATH);
    botDid(`dials: ${outcome}, ${tonesPlayed} of ${KEYS.length} tones played`);
    expectTones(simulator.call(call.id), KEYS);
    farEndDid(`a person answers, and presses ${await nextTone(tones, "a key of the person")}`);
    await hangUp(call, context);
  },
};
