// How do I walk through a phone menu?
import { planDial } from "@graph-dtmf/bot";
import { bot, close } from "./bot.ts";

// Support, then accounts, then a person. Each level speaks for about a second before it accepts keys.
const path = "W1W2W3";
const { steps, durationMs } = planDial(path);
console.log("plan", JSON.stringify(steps), `${durationMs} ms`);

const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
await call.waitFor("established");

const tones = call.tones(); // yields keys from now on
const { outcome, tonesPlayed, tonesMaybePlayed, error } = await call.dial(path);
console.log("menu", outcome, tonesPlayed);
// A step that must not be repeated is only repeated if certainly none of it was played.
if (outcome !== "completed") console.log("maybe played", tonesMaybePlayed, error);

// The person at the far end answers with a key, as people in simulators do.
const { value } = await tones.next();
console.log("the far end pressed", value?.tone);
await call.hangUp();
await close();
