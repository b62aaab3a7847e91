// How do I answer a call and offer a menu?
import { bot, callbackUri } from "./bot.ts";

const wav = (name: string) => ({ uri: `https://bot.example.com/${name}.wav` });
const menu = [wav("one-for-news-two-for-weather")];
const choices = new Map([
  ["tone1", wav("news")],
  ["tone2", wav("weather")],
]);

bot.on("incoming", async (call) => {
  await call.answer(); // within 15 s, else Graph drops the call
  await call.waitFor("established");
  call.keepAlive();
  for (let prompts = menu; ; ) {
    // collect returns a result also when the caller hangs up.
    const { digits } = await call.collect({ maxDigits: 1, allowed: "12", prompts, maxAttempts: 3 });
    const [key] = digits.reveal();
    const chosen = key && choices.get(key);
    if (!chosen) break; // silence, `#`, or the caller hung up
    console.log("playing", chosen.uri);
    prompts = [chosen, ...menu];
  }
  await call.hangUp();
  console.log("ended:", (await call.waitFor("terminated")).reason);
});

console.log("waiting for calls at", callbackUri);
