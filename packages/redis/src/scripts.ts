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
 * Who waits in a call is one string: a table of instances, each with the time until which its last wait lasts, packed.
 * Those whose time is over are dropped whenever it is written.
 */
export const WAITERS: string = `
local ttl = tonumber(ARGV[2])
-- As it was said, mostly: to write a number out costs as much as a command.
local lasting = function(forMs) return forMs > ttl and string.format('%.0f', forMs) or ARGV[2] end
local waitersOf = function(packed)
  local waiters = {}
  -- Whatever else it may be that somebody wrote there is nobody.
  local done, known = pcall(cmsgpack.unpack, packed or '')
  if done and type(known) == 'table' then
    for instance, untilMs in pairs(known) do
      if type(instance) == 'string' and type(untilMs) == 'number' and untilMs > now then waiters[instance] = untilMs end
    end
  end
  return waiters
end
local addWaiter = function(waits, packed, instance, untilMs)
  local waiters = packed and waitersOf(packed) or {}
  if (waiters[instance] or 0) >= untilMs then return end
  waiters[instance] = untilMs
  local last = untilMs
  for _, other in pairs(waiters) do last = math.max(last, other) end
  call('SET', waits, cmsgpack.pack(waiters), 'PX', lasting(last - now))
end
`;

/**
 * A wait is one string: six values, packed. When it began and until when it lasts, the id of its operation, when its result
 * came, of which operation that is, and the event that told it if it has no such id under which it is kept. As a hash it
 * would take three commands where this takes two.
 */
const WAIT = `${WAITERS}
local text = function(value) return type(value) == 'string' and value or nil end
local recall = function(packed)
  if not packed then return end
  -- Whatever else it may be that somebody wrote there is not known.
  local done, began, untilMs, id, at, of, event = pcall(cmsgpack.unpack, packed)
  if done then return tonumber(began), tonumber(untilMs), text(id), tonumber(at), text(of), text(event) end
end
local keep = function(wait, began, untilMs, ...)
  call('SET', wait, cmsgpack.pack(began, untilMs, ...), 'PX', lasting((untilMs or 0) - now))
end
`;

/**
 * Registers waits, and answers what is known of each: 0 if that is nothing; else began, until, operationId, and of the
 * result when it came, of which operation it is, and its event; the event by operationId; the call's end; now.
 *
 * Keys of each: wait, waits, operation, end. Arguments: instance, TTL; then of each: mode, age, time left, operationId.
 * Modes: `new` begins a life, `goesOn` tells more of it, `again` all of it in case that Redis has forgotten, `resume` takes up
 * whatever deadline it had, `read` only looks.
 * The age tells when it began if Redis does not know; 0 means now, after all that is kept.
 */
export const OPEN: Script = script(`${COMMON}${WAIT}
return each(#KEYS / 4, function(n)
  local wait, waits, operation, ended = unpack(KEYS, n * 4 + 1, n * 4 + 4)
  local mode, age, left, id = unpack(ARGV, n * 4 + 3, n * 4 + 6)
  -- Together: each command costs more than what it does.
  local known = id == '' and call('MGET', wait, waits, ended) or call('MGET', wait, waits, ended, operation)
  local packed, waiters, callEnd, byId = unpack(known)
  local began, untilMs, knownId, at, of, event = recall(packed)
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
    keep(wait, began, untilMs, knownId, at, of, event)
    -- Of one that goes on, and not for longer, this instance is known to wait already.
    if not (mode == 'goesOn' and before and before >= untilMs) then addWaiter(waits, waiters, ARGV[1], untilMs) end
  end
  if at or byId or callEnd or mode == 'resume' or mode == 'read' then
    local written = function(value) return value and ms(value) or false end
    return {
      written(began), written(untilMs), knownId or false,
      written(at), of or false, event or false,
      byId or false, callEnd, ms(now),
    }
  end
  return 0
end)`);

/**
 * Keeps events, and announces them to every instance that waits in their calls, but for the one that puts: in one message
 * each. Answers of each: 0 if it was kept before, 1 if it is new, 2 if it is new and the one that puts waits too.
 *
 * Keys of each: wait, waits, and what it is kept under. Arguments: instance, TTL, channels' prefix; then of each: whether it
 * has a clientContext, the id by which it is recognised, the event.
 */
export const PUT: Script = script(`${COMMON}${WAIT}
local told = {}
local replies = each(#KEYS / 3, function(n)
  local wait, waits, kept = unpack(KEYS, n * 3 + 1, n * 3 + 3)
  local named, id, event = unpack(ARGV, n * 3 + 4, n * 3 + 6)
  local packed, waiters = unpack(call('MGET', wait, waits))
  if id ~= '' and not call('SET', kept, event, 'NX', 'PX', ARGV[2]) then return 0 end
  if named == '1' then
    local began, untilMs, knownId = recall(packed)
    keep(wait, began, untilMs, knownId, math.max(now, began or 0), id, id == '' and event or nil)
  end
  local here = 1
  for instance in pairs(waiters and waitersOf(waiters) or {}) do
    if instance == ARGV[1] then
      here = 2
    else
      local events = told[instance] or {}
      told[instance] = events
      events[#events + 1] = event
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
