// How do I dial a PIN without logging it?
import { env } from "node:process";
import { inspect } from "node:util";
import { planDial } from "@graph-dtmf/bot";
import { parseDialString, secretTones } from "@graph-dtmf/models";
import { bot, close } from "./bot.ts";

// Printing secret tones shows only their number.
const pin = secretTones(env.PIN ?? "");
const steps = [...parseDialString("1,"), { tones: pin }];

console.log("pin", pin, String(pin), JSON.stringify({ pin }));
console.log("plan", inspect(planDial(steps), { depth: 5, showHidden: true }));

const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
await call.waitFor("established");
const first = await call.dial(steps);
console.log("first", inspect(first, { depth: 9, showHidden: true })); // no tones of Graph's error message either
const second = await call.dial(steps);
console.log("second", second);
await call.hangUp();
await close();
