// How do I take a PIN from a caller?
import { env } from "node:process";
import { formatTones } from "@graph-dtmf/models";
import { bot, callbackUri } from "./bot.ts";

const prompts = [{ uri: "https://bot.example.com/please-enter-your-pin.wav" }];

bot.on("incoming", async (call) => {
  await call.answer(); // within 15 s, else Graph drops the call
  await call.waitFor("established");
  const { digits, endedBy, keysLost } = await call.collect({
    maxDigits: 4,
    minDigits: 4,
    allowed: "0123456789",
    prompts, // a key stops them
    maxAttempts: 3, // after silence or an invalid PIN
  });
  const isComplete = endedBy === "maxDigits" && keysLost === 0;
  const isRight = isComplete && formatTones(digits) === env.RIGHT_PIN;
  console.log(digits, endedBy, isRight ? "welcome" : "not welcome"); // prints [redacted 4 tones]
  await call.hangUp();
});

console.log("waiting for calls at", callbackUri);
