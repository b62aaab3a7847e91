import { planDial } from "@graph-dtmf/bot";
import { formatTones, secretTones } from "@graph-dtmf/models";
import { type Conversation, callFarEnd, expectHeard, hangUp, nextKey } from "./scenario.ts";
import type { ScenarioName } from "./scenario-event.ts";

const PIN = secretTones("4711#");

/** What the demo can show. No PIN is ever printed. */
export const CONVERSATIONS: Readonly<Record<ScenarioName, Conversation>> = {
  conference: {
    about: "enter the PIN of a conference",
    farEnd: {
      start: "pin",
      states: {
        pin: { choices: { [formatTones(PIN)]: "room" }, endKey: "#", attempts: 3, failed: "goodbye" },
        room: { press: "1" },
        goodbye: { hangUp: true },
      },
    },
    async hold(scene) {
      const { botDid, farEndDid, simulator } = scene;
      const call = await callFarEnd(scene);
      const tones = call.tones({ signal: AbortSignal.timeout(scene.timeoutMs) });
      const steps = [{ pauseMs: 1000 }, { tones: PIN }];
      botDid(`plans ${JSON.stringify(planDial(steps).steps)}`);
      const { outcome, tonesPlayed } = await call.dial(steps);
      botDid(`has dialed: ${outcome}, ${tonesPlayed} of ${PIN.length} tones played`);
      expectHeard(simulator.call(call.id), PIN);
      farEndDid(`lets the bot in, and says so with ${await nextKey(tones, "to be let in")}`);
      await hangUp(call, scene);
    },
  },
  collect: {
    about: "take the PIN of a caller, who first types too little",
    farEnd: {
      start: "listening",
      states: {
        // The caller waits for the beep.
        listening: { choices: { "*": "typing" } },
        typing: { press: `12#${formatTones(PIN)}` },
      },
    },
    async hold(scene) {
      const { bot, simulator, callbackUri, botDid, farEndDid, timeoutMs } = scene;
      const ringing = new Promise<Parameters<Parameters<typeof bot.on>[1]>[0]>((resolve) =>
        bot.on("incoming", resolve),
      );
      simulator.incoming({ callbackUri, farEnd: CONVERSATIONS.collect.farEnd });
      const call = await ringing;
      farEndDid("calls the bot");
      await call.answer();
      await call.waitFor("established", { timeoutMs });
      botDid("answers, asks for a PIN, and beeps with a star");
      const prompts = [{ uri: "https://bot.example.com/pin.wav" }];
      const collecting = call.collect({ maxDigits: 6, minDigits: 4, prompts, maxAttempts: 3, timeoutMs });
      await call.sendTones("*");
      const { digits, endedBy } = await collecting;
      farEndDid("types two digits too few, and then the PIN");
      botDid(`has collected ${digits}, ended by ${endedBy}`);
      if (`${formatTones(digits)}#` !== formatTones(PIN)) throw new Error("the bot did not hear what was typed");
      await hangUp(call, scene);
    },
  },
  menu: {
    about: "walk through three levels of a phone menu",
    farEnd: {
      start: "hotline",
      states: {
        hotline: { choices: { 1: "support" } },
        support: { choices: { 2: "accounts" } },
        accounts: { choices: { 3: "person" } },
        person: { press: "5" },
      },
    },
    async hold(scene) {
      const { botDid, farEndDid, simulator } = scene;
      const call = await callFarEnd(scene);
      const tones = call.tones({ signal: AbortSignal.timeout(scene.timeoutMs) });
      const path = "w1w2w3";
      const { steps, durationMs } = planDial(path);
      botDid(`plans ${JSON.stringify(steps)}, ${durationMs} ms`);
      const { outcome, tonesPlayed } = await call.dial(path);
      botDid(`has dialed: ${outcome}, ${tonesPlayed} of 3 tones played`);
      expectHeard(simulator.call(call.id), secretTones("123"));
      farEndDid(`is a person, who presses ${await nextKey(tones, "a person")}`);
      await hangUp(call, scene);
    },
  },
};
