import { COMMON, type Script, script, WAITERS } from "./scripts.ts";

/**
 * Keeps a pressed key, and tells every instance that waits in the call, but for the one that puts, that there is one.
 *
 * Keys: tones, waits. Arguments: instance, how long it is kept, channels' prefix, the key, what to say.
 */
export const PUT_TONE: Script = script(`${COMMON}${WAITERS}
local waiters = waitersOf(call('GET', KEYS[2]))
call('XADD', KEYS[1], 'MAXLEN', '~', '1000', '*', 'by', ARGV[1], 'tone', ARGV[4])
expire(KEYS[1], tonumber(ARGV[2]))
for instance in pairs(waiters) do
  if instance ~= ARGV[1] then call('PUBLISH', ARGV[3] .. instance, ARGV[5]) end
end
return {}`);

/**
 * Registers an instance as one that waits in the call, and answers the keys after the last that it read, each as
 * [position, instance that put it, key]; what time it is; and how the call ended.
 *
 * Keys: tones, waits, end. Arguments: instance, for how long it is registered, position of the last that it read or
 * nothing.
 */
export const READ_TONES: Script = script(`${COMMON}${WAITERS}
local entries = {}
local from = ARGV[3] == '' and '-' or '(' .. ARGV[3]
for n, entry in ipairs(call('XRANGE', KEYS[1], from, '+')) do entries[n] = { entry[1], entry[2][2], entry[2][4] } end
local waiters, callEnd = unpack(call('MGET', KEYS[2], KEYS[3]))
addWaiter(KEYS[2], waiters, ARGV[1], now + ttl)
return { entries, ms(now), callEnd }`);
