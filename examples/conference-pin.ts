// How do I enter the PIN of a conference?
import { env } from "node:process";
import { secretTones } from "@graph-dtmf/models";
import { bot, close } from "./bot.ts";

const pin = secretTones(`${env.CONFERENCE_PIN}#`);

const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
await call.waitFor("established");
call.keepAlive(); // Graph drops a call after 45 minutes without keepAlive

// The conference bridge accepts keys after its greeting.
const greeting = { pauseMs: 1500 };
const { outcome, tonesPlayed } = await call.dial([greeting, { tones: pin }], { delayBetweenTonesMs: 200 });
console.log("PIN", outcome, `${tonesPlayed} of ${pin.length} tones played`);

// The conference bridge hangs up after a wrong PIN.
const { reason } = await call.waitFor("terminated");
console.log("ended:", reason);
await close();
