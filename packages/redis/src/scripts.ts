import { createHash } from "node:crypto";

/** A script that Redis runs as one step. */
export interface Script {
  source: string;
  sha1: string;
}

// Redis' own time is the only one that all instances share, so a script is never told what time it is: only how long ago
// something began and how long it lasts. Milliseconds with three decimals, written out, for Lua would round them.
// What is wrong with one item (a key that somebody else wrote to, say) is the reply to that item alone. The first thing that
// each writes takes memory: of a Redis that is full, it is refused before anything else is done.
const COMMON = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local ms = function(value) return string.format('%.3f', value) end
local keep = function(key, forMs)
  if redis.call('PTTL', key) < forMs then redis.call('PEXPIRE', key, string.format('%.0f', forMs)) end
end
local each = function(count, item)
  local replies = {}
  for n = 0, count - 1 do
    local done, reply = pcall(item, n)
    replies[n + 1] = done and reply or { err = type(reply) == 'table' and reply.err or tostring(reply) }
  end
  return replies
end
`;

/**
 * Registers waits, and answers what is known of each: began, until, operationId, and of the result at, of, outcome; the
 * outcome by operationId; the call's end; now.
 *
 * Keys of each: wait, waits, operation, end. Arguments: instance, TTL; then of each: mode, age, time left, operationId.
 * Modes: `new` begins a life, `goesOn` tells it again, `resume` takes up whatever deadline it had, `read` only looks.
 * The age tells when it began if Redis does not know; 0 means now, after all that is kept.
 */
export const OPEN: Script = script(`${COMMON}
return each(#KEYS / 4, function(n)
  local wait, waits, operation, ended = unpack(KEYS, n * 4 + 1, n * 4 + 4)
  local mode, age, left, id = unpack(ARGV, n * 4 + 3, n * 4 + 6)
  if mode ~= 'read' then
    local began, untilMs, at = unpack(redis.call('HMGET', wait, 'began', 'until', 'at'))
    if mode == 'new' then began = age == '0' and math.max(now, (tonumber(at) or 0) + 0.001) or now - age end
    untilMs = mode == 'resume' and tonumber(untilMs) or now + left
    redis.call('HSET', wait, 'began', ms(tonumber(began) or now - age), 'until', ms(untilMs))
    if id ~= '' then redis.call('HSET', wait, 'id', id) elseif mode == 'new' then redis.call('HDEL', wait, 'id') end
    keep(wait, math.max(ARGV[2], untilMs - now))
    redis.call('ZREMRANGEBYSCORE', waits, '-inf', ms(now))
    redis.call('ZADD', waits, 'GT', ms(untilMs), ARGV[1])
    keep(waits, math.max(1, untilMs - now))
  end
  local known = redis.call('HMGET', wait, 'began', 'until', 'id', 'at', 'of', 'outcome')
  known[7] = id ~= '' and redis.call('GET', operation)
  known[8] = redis.call('GET', ended)
  known[9] = ms(now)
  return known
end)`);

/**
 * Keeps events, and announces them to every instance that waits in their calls, but for the one that puts: in one message
 * each. Answers of each: 0 if it was kept before, 1 if it is new, 2 if it is new and the one that puts waits too.
 *
 * Keys of each: wait, waits, and what tells that it was kept. Arguments: instance, TTL, channels' prefix; then of each:
 * whether it has a clientContext, whether it can be recognised, operationId, what is kept, the event.
 */
export const PUT: Script = script(`${COMMON}
local told = {}
local replies = each(#KEYS / 3, function(n)
  local wait, waits, kept = unpack(KEYS, n * 3 + 1, n * 3 + 3)
  local named, recognised, id, value, event = unpack(ARGV, n * 5 + 4, n * 5 + 8)
  if recognised == '1' and redis.call('EXISTS', kept) == 1 then return 0 end
  if named == '1' then
    local began = tonumber(redis.call('HGET', wait, 'began'))
    redis.call('HSET', wait, 'at', ms(math.max(now, began or 0)), 'of', id, 'outcome', value)
    keep(wait, tonumber(ARGV[2]))
  end
  if recognised == '1' then redis.call('SET', kept, named == '1' and '' or value, 'PX', ARGV[2]) end
  redis.call('ZREMRANGEBYSCORE', waits, '-inf', ms(now))
  local here = 1
  for _, instance in ipairs(redis.call('ZRANGE', waits, 0, -1)) do
    if instance == ARGV[1] then
      here = 2
    else
      told[instance] = told[instance] or {}
      table.insert(told[instance], event)
    end
  end
  return here
end)
for instance, events in pairs(told) do
  redis.call('PUBLISH', ARGV[3] .. instance, '[' .. table.concat(events, ',') .. ']')
end
return replies`);

function script(source: string): Script {
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}
