import { COMMON, type Script, script } from "./scripts.ts";

/**
 * What the scripts of leases begin with. Who holds a lease is written as `instance tenant`, without the tenant where nobody
 * knows it. Keys: due, held, ended. Arguments: instance, TTL.
 */
const LEASES = `${COMMON}
local due, held, ended = KEYS[1], KEYS[2], KEYS[3]
local outlast = function(key, forMs)
  forMs = math.max(tonumber(ARGV[2]), forMs)
  if call('PTTL', key) < forMs then expire(key, forMs) end
end
local holder = function(id)
  local value = call('HGET', held, id)
  local by, tenant = string.match(value or '', '^(%S+) (.*)$')
  return by, tenant or '', value
end
local hold = function(id, tenant, forMs)
  call('HSET', held, id, ARGV[1] .. ' ' .. tenant)
  call('ZADD', due, ms(now + forMs), id)
  outlast(held, forMs)
  outlast(due, forMs)
end
`;

/**
 * Begins a lease, or goes on with one: answers 0 if it must not, because another instance holds it or it was ended.
 *
 * Further arguments: whether it goes on, for how long, call, tenant.
 */
export const HOLD: Script = script(`${LEASES}
local goesOn, forMs, id, tenant = unpack(ARGV, 3, 6)
local by, knownTenant = holder(id)
if goesOn == '1' then
  if (tonumber(call('ZSCORE', ended, id) or '') or 0) > now then return { 0 } end
  if by and by ~= ARGV[1] and (tonumber(call('ZSCORE', due, id) or '') or 0) > now then return { 0 } end
end
hold(id, tenant == '' and knownTenant or tenant, tonumber(forMs))
call('ZREM', ended, id)
return { 1 }`);

/**
 * Ends a lease. That it was ended is remembered for as long as whoever holds it may believe that it goes on.
 *
 * Further argument: call.
 */
export const END: Script = script(`${LEASES}
local id = ARGV[3]
local _, _, value = holder(id)
if not value then return {} end
local forMs = math.max(tonumber(ARGV[2]), (tonumber(call('ZSCORE', due, id) or '') or now) - now)
call('ZADD', ended, ms(now + forMs), id)
outlast(ended, forMs)
call('ZREMRANGEBYSCORE', ended, '-inf', ms(now))
call('HDEL', held, id)
call('ZREM', due, id)
return {}`);

/**
 * Takes over leases that have run out, and answers each as [call, tenant].
 *
 * Further arguments: for how long, how many at most.
 */
export const TAKE_OVER: Script = script(`${LEASES}
local taken = {}
for n, id in ipairs(call('ZRANGEBYSCORE', due, '-inf', ms(now), 'LIMIT', 0, ARGV[4])) do
  local _, tenant = holder(id)
  hold(id, tenant, tonumber(ARGV[3]))
  taken[n] = { id, tenant }
end
return taken`);
