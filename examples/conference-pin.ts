// How do I enter the PIN of a conference?
import { env } from "node:process";
import { secretTones } from "@graph-dtmf/models";
import { bot, close } from "./bot.ts";

const pin = secretTones(`${env.CONFERENCE_PIN}#`);

const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
await call.waitFor("established");
call.keepAlive(); // a call without it is dropped after 45 minutes

// The bridge speaks first, and listens then.
const greeting = { pauseMs: 1500 };
const { outcome, tonesPlayed } = await call.dial([greeting, { tones: pin }], { delayBetweenTonesMs: 200 });
console.log("PIN", outcome, `${tonesPlayed} of ${pin.length} tones played`);

// A bridge that takes the PIN keeps the call; one that does not hangs up.
const { reason } = await call.waitFor("terminated");
console.log("over:", reason);
await close();
