import { createHash } from "node:crypto";

/** A script that Redis runs as one atomic step. */
export interface Script {
  source: string;
  sha1: string;
}

/**
 * The common part of all scripts.
 *
 * All instances share only the clock of Redis. So a script gets durations and ages, never times. Times are
 * milliseconds with three decimals, formatted as text, because Lua would round them. An error in one item, such as a
 * key of another type, is the reply to that item only. Each item reads before it writes, and its first write is the
 * one that needs memory: so an item that fails, also because Redis is full, has changed nothing.
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
 * The instances that wait in a call are one string: a packed table of instances with the end of their last wait.
 * Expired ones are removed whenever it is written.
 */
export const WAITERS: string = `
local ttl = tonumber(ARGV[2])
-- Mostly the argument itself: formatting a number costs as much as a command.
local lasting = function(forMs) return forMs > ttl and string.format('%.0f', forMs) or ARGV[2] end
local waitersOf = function(packed)
  local waiters = {}
  -- Data of another program counts as no waiters.
  local done, entries = pcall(cmsgpack.unpack, packed or '')
  if done and type(entries) == 'table' then
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
  local last = untilMs
  for _, other in pairs(waiters) do last = math.max(last, other) end
  call('SET', waits, cmsgpack.pack(waiters), 'PX', lasting(last - now))
end
`;

/**
 * A wait is one string of six packed values: its begin and end, the id of its operation, when its outcome came, the
 * operation of the outcome, and the event itself if it has no id to store it under. A hash would need three commands
 * where this needs two.
 */
const WAIT = `${WAITERS}
local text = function(value) return type(value) == 'string' and value or nil end
local unpackWait = function(packed)
  if not packed then return end
  -- Data of another program counts as no wait.
  local done, began, untilMs, id, at, of, event = pcall(cmsgpack.unpack, packed)
  if done then return tonumber(began), tonumber(untilMs), text(id), tonumber(at), text(of), text(event) end
end
local storeWait = function(wait, began, untilMs, ...)
  call('SET', wait, cmsgpack.pack(began, untilMs, ...), 'PX', lasting((untilMs or 0) - now))
end
`;

/**
 * Registers waits and replies the state of each: 0 if there is none; else begin, end, operationId, time of the
 * outcome, its operation and its event; the event by operationId; the call's end; the current time.
 *
 * Keys for each: wait, waits, operation, end. Arguments: instance, TTL; then for each: mode, age, time left,
 * operationId. Modes: `new` starts a wait, `update` adds to one, `restore` registers one again that Redis may have
 * lost, `resume` continues one with its deadline, `read` only reads. The age gives the begin if Redis has none; 0
 * means now, after everything stored.
 */
export const REGISTER_AND_READ: Script = script(`${COMMON}${WAIT}
return each(#KEYS / 4, function(n)
  local wait, waits, operation, ended = unpack(KEYS, n * 4 + 1, n * 4 + 4)
  local mode, age, left, id = unpack(ARGV, n * 4 + 3, n * 4 + 6)
  -- One command instead of several: each has a fixed cost.
  local values = id == '' and call('MGET', wait, waits, ended) or call('MGET', wait, waits, ended, operation)
  local packed, waiters, callEnd, byId = unpack(values)
  local began, untilMs, knownId, at, of, event = unpackWait(packed)
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
    storeWait(wait, began, untilMs, knownId, at, of, event)
    -- This instance is already registered if the wait continues with the same deadline.
    if not (mode == 'update' and before and before >= untilMs) then addWaiter(waits, waiters, ARGV[1], untilMs) end
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
 * Stores events, and publishes them in one message to each other instance that waits in their calls. Replies for
 * each: 0 if it was stored before, 1 if it is new, 2 if it is new and this instance waits too.
 *
 * Keys for each: wait, waits, and the key to store it under. Arguments: instance, TTL, prefix of channels; then for
 * each: whether it has a clientContext, the id for deduplication, the event.
 */
export const PUT_AND_PUBLISH: Script = script(`${COMMON}${WAIT}
local messages = {}
local replies = each(#KEYS / 3, function(n)
  local wait, waits, kept = unpack(KEYS, n * 3 + 1, n * 3 + 3)
  local named, id, event = unpack(ARGV, n * 3 + 4, n * 3 + 6)
  local packed, waiters = unpack(call('MGET', wait, waits))
  if id ~= '' and not call('SET', kept, event, 'NX', 'PX', ARGV[2]) then return 0 end
  if named == '1' then
    local began, untilMs, knownId = unpackWait(packed)
    storeWait(wait, began, untilMs, knownId, math.max(now, began or 0), id, id == '' and event or nil)
  end
  local here = 1
  for instance in pairs(waiters and waitersOf(waiters) or {}) do
    if instance == ARGV[1] then
      here = 2
    else
      local events = messages[instance] or {}
      messages[instance] = events
      events[#events + 1] = event
    end
  end
  return here
end)
for instance, events in pairs(messages) do
  call('PUBLISH', ARGV[3] .. instance, '[' .. table.concat(events, ',') .. ']')
end
return replies`);

/** A script with the hash by which Redis finds it. */
export function script(source: string): Script {
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}
