import { COMMON, type Script, script, WAITERS } from "./script.ts";

/**
 * Stores a pressed key, and publishes a notice to every other instance that waits in the call.
 *
 * Keys: tones, waits. Arguments: instance, TTL, prefix of channels, the key, the notice.
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
 * Registers an instance as a listener of the call, and replies with the keys after a position, each as [position,
 * instance, key], the current time, and the end of the call.
 *
 * Keys: tones, waits, end. Arguments: instance, duration of the registration, last position or nothing.
 */
export const READ_TONES: Script = script(`${COMMON}${WAITERS}
local entries = {}
local from = ARGV[3] == '' and '-' or '(' .. ARGV[3]
for n, entry in ipairs(call('XRANGE', KEYS[1], from, '+')) do entries[n] = { entry[1], entry[2][2], entry[2][4] } end
local waiters, callEnd = unpack(call('MGET', KEYS[2], KEYS[3]))
addWaiter(KEYS[2], waiters, ARGV[1], now + ttl)
return { entries, ms(now), callEnd }`);
