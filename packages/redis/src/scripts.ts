import { createHash } from "node:crypto";

/** A script that Redis runs as one step. */
export interface Script {
  source: string;
  sha1: string;
}

/**
 * What every script begins with.
 *
 * Redis' own time is the only one that all instances share, so a script is never told what time it is: only how long ago
 * something began and how long it lasts. Milliseconds with three decimals, written out, for Lua would round them.
 * What is wrong with one item (a key that somebody else wrote to, say) is the reply to that item alone. Each reads before
 * it writes, and what it writes first takes memory: what fails, at a Redis that is full too, fails before anything is done.
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
    local done, reply = pcall(item, n)
    replies[n + 1] = done and reply or { err = type(reply) == 'table' and reply.err or tostring(reply) }
  end
  return replies
end
`;

/**
 * A wait is one string: six values, packed. When it began and until when it lasts, the id of its operation, when its result
 * came, of which operation that is, and the result. As a hash it would take three commands where this takes two.
 */
const WAIT = `
local text = function(value) return type(value) == 'string' and value or nil end
local recall = function(packed)
  if not packed then return end
  -- Whatever else it may be that somebody wrote there is not known.
  local done, began, untilMs, id, at, of, outcome = pcall(cmsgpack.unpack, packed)
  if done then return tonumber(began), tonumber(untilMs), text(id), tonumber(at), text(of), text(outcome) end
end
local keep = function(wait, forMs, ...)
  call('SET', wait, cmsgpack.pack(...), 'PX', string.format('%.0f', forMs))
end
`;

/**
 * Registers waits, and answers what is known of each: 0 if that is nothing; else began, until, operationId, and of the
 * result at, of, outcome; the outcome by operationId; the call's end; now.
 *
 * Keys of each: wait, waits, operation, end. Arguments: instance, TTL; then of each: mode, age, time left, operationId.
 * Modes: `new` begins a life, `goesOn` tells more of it, `again` all of it in case that Redis has forgotten, `resume` takes up
 * whatever deadline it had, `read` only looks.
 * The age tells when it began if Redis does not know; 0 means now, after all that is kept.
 */
export const OPEN: Script = script(`${COMMON}${WAIT}
local ttl = tonumber(ARGV[2])
return each(#KEYS / 4, function(n)
  local wait, waits, operation, ended = unpack(KEYS, n * 4 + 1, n * 4 + 4)
  local mode, age, left, id = unpack(ARGV, n * 4 + 3, n * 4 + 6)
  -- Together: each command costs more than what it does.
  local known = id == '' and call('MGET', wait, ended) or call('MGET', wait, ended, operation)
  local packed, callEnd, byId = unpack(known)
  local began, untilMs, knownId, at, of, outcome = recall(packed)
  if mode ~= 'read' then
    if mode == 'new' then
      began = age == '0' and math.max(now, (at or 0) + 0.001) or now - age
      knownId = id
    else
      began = began or now - age
      if id ~= '' then knownId = id end
    end
    local before = untilMs
    untilMs = mode == 'resume' and before or now + left
    local forMs = math.max(ttl, untilMs - now)
    keep(wait, forMs, began, untilMs, knownId, at, of, outcome)
    -- Of one that goes on, and not for longer, this instance is known to wait already.
    if not (mode == 'goesOn' and before and before >= untilMs) then
      call('ZADD', waits, 'GT', ms(untilMs), ARGV[1])
      expire(waits, forMs)
      -- Those whose time is over are told nothing; now and then they are removed.
      if mode == 'again' then call('ZREMRANGEBYSCORE', waits, '-inf', ms(now)) end
    end
  end
  if outcome or byId or callEnd or mode == 'resume' or mode == 'read' then
    local written = function(value) return value and ms(value) or false end
    return {
      written(began), written(untilMs), knownId or false,
      written(at), of or false, outcome or false,
      byId or false, callEnd, ms(now),
    }
  end
  return 0
end)`);

/**
 * Keeps events, and announces them to every instance that waits in their calls, but for the one that puts: in one message
 * each. Answers of each: 0 if it was kept before, 1 if it is new, 2 if it is new and the one that puts waits too.
 *
 * Keys of each: wait, waits, and what tells that it was kept. Arguments: instance, TTL, channels' prefix; then of each:
 * whether it has a clientContext, whether it can be recognised, operationId, what is kept, the event.
 */
export const PUT: Script = script(`${COMMON}${WAIT}
local ttl = tonumber(ARGV[2])
local told = {}
local replies = each(#KEYS / 3, function(n)
  local wait, waits, kept = unpack(KEYS, n * 3 + 1, n * 3 + 3)
  local named, recognised, id, value, event = unpack(ARGV, n * 5 + 4, n * 5 + 8)
  local instances = call('ZRANGEBYSCORE', waits, ms(now), '+inf')
  local began, untilMs, knownId
  if named == '1' then began, untilMs, knownId = recall(call('GET', wait)) end
  if recognised == '1' and not call('SET', kept, named == '1' and '' or value, 'NX', 'PX', ARGV[2]) then return 0 end
  if named == '1' then
    keep(wait, math.max(ttl, (untilMs or 0) - now), began, untilMs, knownId, math.max(now, began or 0), id, value)
  end
  local here = 1
  for _, instance in ipairs(instances) do
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
  call('PUBLISH', ARGV[3] .. instance, '[' .. table.concat(events, ',') .. ']')
end
return replies`);

/** A script, and the name that Redis has for it. */
export function script(source: string): Script {
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}
