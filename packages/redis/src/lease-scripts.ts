import { COMMON, type Script, script } from "./script.ts";

/**
 * The common part of the lease scripts. A holder is stored as `instance tenant`; the tenant is empty if it is unknown.
 *
 * Keys: due, held, ended. Arguments: instance, TTL.
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
 * Takes or renews a lease. The reply is 0 if another instance holds it or if it was ended, else 1.
 *
 * Further arguments: whether it is a renewal, duration, call, tenant.
 */
export const ACQUIRE_LEASE: Script = script(`${LEASES}
local isRenewal, forMs, id, tenant = unpack(ARGV, 3, 6)
local by, storedTenant = holder(id)
if isRenewal == '1' then
  if (tonumber(call('ZSCORE', ended, id) or '') or 0) > now then return { 0 } end
  if by and by ~= ARGV[1] and (tonumber(call('ZSCORE', due, id) or '') or 0) > now then return { 0 } end
end
hold(id, tenant == '' and storedTenant or tenant, tonumber(forMs))
call('ZREM', ended, id)
return { 1 }`);

/**
 * Ends a lease. The end is stored as long as another instance could still renew the lease.
 *
 * Further argument: call.
 */
export const END_LEASE: Script = script(`${LEASES}
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
 * Takes over expired leases, and replies with a list of [call, tenant].
 *
 * Further arguments: duration, maximum number.
 */
export const TAKE_OVER_LEASES: Script = script(`${LEASES}
local taken = {}
for n, id in ipairs(call('ZRANGEBYSCORE', due, '-inf', ms(now), 'LIMIT', 0, ARGV[4])) do
  local _, tenant = holder(id)
  hold(id, tenant, tonumber(ARGV[3]))
  taken[n] = { id, tenant }
end
return taken`);
