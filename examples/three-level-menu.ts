// How do I walk through a phone menu?
import { planDial } from "@graph-dtmf/bot";
import { bot, close } from "./bot.ts";

// Support, then accounts, then a person; each level speaks for about a second before it listens.
const path = "W1W2W3";
const { steps, durationMs } = planDial(path);
console.log("plan", JSON.stringify(steps), `${durationMs} ms`);

const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
await call.waitFor("established");

const tones = call.tones(); // listens from here on
const { outcome, tonesPlayed, tonesMaybePlayed, error } = await call.dial(path);
console.log("walked", outcome, tonesPlayed);
// What must not be pressed twice is only pressed again where certainly nothing was.
if (outcome !== "completed") console.log("maybe played", tonesMaybePlayed, error);

// Whoever is there answers with a key, as people in simulators do.
const { value } = await tones.next();
console.log("the far end pressed", value?.tone);
await call.hangUp();
await close();
