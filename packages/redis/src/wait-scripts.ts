import { COMMON, type Script, script, WAITERS } from "./script.ts";

/**
 * A wait is one string of six packed values: its begin, its end, the id of its operation, the time of its outcome, the
 * operationId of the outcome, and the event. The event is only there if it has no id to be stored under.
 */
const WAIT = `${WAITERS}
local text = function(value) return type(value) == 'string' and value or nil end
local unpackWait = function(packed)
  if not packed then return end
  -- Data of another program counts as no wait.
  local ok, began, untilMs, id, endedAt, endedId, event = pcall(cmsgpack.unpack, packed)
  if ok then return tonumber(began), tonumber(untilMs), text(id), tonumber(endedAt), text(endedId), text(event) end
end
local storeWait = function(wait, began, untilMs, ...)
  call('SET', wait, cmsgpack.pack(began, untilMs, ...), 'PX', ttlFor((untilMs or 0) - now))
end
`;

/**
 * Registers waits, and replies with the state of each. The reply is 0 if there is nothing to report. Otherwise it is a
 * list: begin and end of the wait, its operationId; the time of the outcome, its operationId, its event; the event that
 * is stored under the given operationId; the end of the call; the current time.
 *
 * Keys for each wait: wait, waits, operation, end. Arguments: instance, TTL; then for each wait: mode, age, time left,
 * operationId.
 *
 * The mode `new` starts a wait. `update` changes an open one. `restore` registers one again that Redis may have lost.
 * `resume` continues one with its deadline. `read` only reads. The age gives the begin of a wait that Redis does not have.
 * An age of 0 means now, after everything that is stored.
 */
export const REGISTER_AND_READ: Script = script(`${COMMON}${WAIT}
return each(#KEYS / 4, function(n)
  local wait, waits, operation, ended = unpack(KEYS, n * 4 + 1, n * 4 + 4)
  local mode, age, left, id = unpack(ARGV, n * 4 + 3, n * 4 + 6)
  local values = id == '' and call('MGET', wait, waits, ended) or call('MGET', wait, waits, ended, operation)
  local packed, waiters, callEnd, eventById = unpack(values)
  local began, untilMs, registeredId, endedAt, endedId, event = unpackWait(packed)
  if mode ~= 'read' then
    if mode == 'new' then
      began = age == '0' and math.max(now, (endedAt or 0) + 0.001) or now - age
      registeredId = id
    else
      began = began or now - age
      if id ~= '' then registeredId = id end
    end
    local previousMs = untilMs
    untilMs = mode == 'resume' and previousMs or now + left
    storeWait(wait, began, untilMs, registeredId, endedAt, endedId, event)
    -- This instance is already registered if the wait continues with the same deadline.
    if not (mode == 'update' and previousMs and previousMs >= untilMs) then addWaiter(waits, waiters, ARGV[1], untilMs) end
  end
  if endedAt or eventById or callEnd or mode == 'resume' or mode == 'read' then
    local format = function(value) return value and ms(value) or false end
    return {
      format(began), format(untilMs), registeredId or false,
      format(endedAt), endedId or false, event or false,
      eventById or false, callEnd, ms(now),
    }
  end
  return 0
end)`);

/**
 * Stores events, and publishes them to the other instances that wait in their calls: one message for each instance.
 * The reply for each event is 0 if it was stored before, 1 if it is new, 2 if it is new and this instance waits too.
 *
 * Keys for each event: wait, waits, and the key that stores it. Arguments: instance, TTL, prefix of channels; then for
 * each event: whether it has a clientContext, the id for deduplication, the event.
 */
export const PUT_AND_PUBLISH: Script = script(`${COMMON}${WAIT}
local messages = {}
local replies = each(#KEYS / 3, function(n)
  local wait, waits, stored = unpack(KEYS, n * 3 + 1, n * 3 + 3)
  local isNamed, id, event = unpack(ARGV, n * 3 + 4, n * 3 + 6)
  local packed, waiters = unpack(call('MGET', wait, waits))
  if id ~= '' and not call('SET', stored, event, 'NX', 'PX', ARGV[2]) then return 0 end
  if isNamed == '1' then
    local began, untilMs, registeredId = unpackWait(packed)
    storeWait(wait, began, untilMs, registeredId, math.max(now, began or 0), id, id == '' and event or nil)
  end
  local result = 1
  for instance in pairs(waiters and waitersOf(waiters) or {}) do
    if instance == ARGV[1] then
      result = 2
    else
      local events = messages[instance] or {}
      messages[instance] = events
      events[#events + 1] = event
    end
  end
  return result
end)
for instance, events in pairs(messages) do
  call('PUBLISH', ARGV[3] .. instance, '[' .. table.concat(events, ',') .. ']')
end
return replies`);
