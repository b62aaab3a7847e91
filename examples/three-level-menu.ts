// How do I dial through a phone menu?
import { planDial } from "@graph-dtmf/bot";
import { bot, close } from "./bot.ts";

// Support, then accounts, then a person. Each level accepts keys after about a second.
const path = "W1W2W3";
const { steps, durationMs } = planDial(path);
console.log("plan", JSON.stringify(steps), `${durationMs} ms`);

const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
await call.waitFor("established");

const tones = call.tones(); // yields keys from now on
const { outcome, tonesPlayed, tonesMaybePlayed, error } = await call.dial(path);
console.log("menu", outcome, tonesPlayed);
// Repeat a step only if none of it was played.
if (outcome !== "completed") console.log("may have been played:", tonesMaybePlayed, error);

// The simulated person answers with a key.
const { value } = await tones.next();
console.log("the far end pressed", value?.tone);
await call.hangUp();
await close();
