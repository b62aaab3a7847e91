import { createHash } from "node:crypto";

/** A script that Redis runs as one atomic step. */
export interface Script {
  source: string;
  sha1: string;
}

/**
 * The common part of all scripts.
 *
 * Instances share no clock but that of Redis. So the arguments are durations and ages, never times. Times are
 * milliseconds with three decimals. They are formatted as text, because Lua would round them.
 *
 * An error in one item, such as a key of another type, is the reply to that item only. Each item reads before it writes,
 * and its first write is the one that needs memory. So an item that fails has changed nothing, also when Redis is full.
 */
export const COMMON: string = `
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local ms = function(value) return string.format('%.3f', value) end
local expire = function(key, forMs) call('PEXPIRE', key, string.format('%.0f', forMs)) end
local each = function(count, item)
  local replies = {}
  for n = 0, count - 1 do
    local ok, reply = pcall(item, n)
    replies[n + 1] = ok and reply or { err = type(reply) == 'table' and reply.err or tostring(reply) }
  end
  return replies
end
`;

/**
 * The part of the scripts that uses the waiters of a call: the instances that wait in it, each with the end of its last
 * wait. They are one string, a packed table. Each write removes the expired ones.
 */
export const WAITERS: string = `
local ttl = tonumber(ARGV[2])
-- How long a key is stored: at least the TTL.
local ttlFor = function(forMs) return forMs > ttl and string.format('%.0f', forMs) or ARGV[2] end
local waitersOf = function(packed)
  local waiters = {}
  -- Data of another program counts as no waiters.
  local ok, entries = pcall(cmsgpack.unpack, packed or '')
  if ok and type(entries) == 'table' then
    for instance, untilMs in pairs(entries) do
      if type(instance) == 'string' and type(untilMs) == 'number' and untilMs > now then waiters[instance] = untilMs end
    end
  end
  return waiters
end
local addWaiter = function(waits, packed, instance, untilMs)
  local waiters = packed and waitersOf(packed) or {}
  if (waiters[instance] or 0) >= untilMs then return end
  waiters[instance] = untilMs
  local lastMs = untilMs
  for _, otherMs in pairs(waiters) do lastMs = math.max(lastMs, otherMs) end
  call('SET', waits, cmsgpack.pack(waiters), 'PX', ttlFor(lastMs - now))
end
`;

/** Creates a script with the SHA-1 that EVALSHA needs. */
export function script(source: string): Script {
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}
