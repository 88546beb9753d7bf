-- Counts a batch, each identity once, together with the log positions: all of it or nothing.
--
-- KEYS  1 country_counts (hash)  2 total_messages (string)  3 weather_counts (hash)  4 offsets (hash)
--       5… identity bitmaps, one bit a message
-- ARGV  P, then P × (source, expected offset or '', next offset, marks of the log or '')
--       one pair a bitmap: (seconds to live, bytes to allocate when it is created or 0)
--       C, then C × (country, n); W, then W × (weather, n): the counts of all segments together
--       S, then S × (bitmap number, first byte, mask): runs of identities that are expected to be new
--       B, then B × (bitmap number, bit, country, weather): identities one by one, new or not
-- Returns  {'moved', source, offset or '', …}  a position is not where the batch expected it; nothing was written
--          {'overlap'}                         a segment holds a known identity; nothing was written, send it one by one
--          {'applied', i, …}                   everything is written; i: numbers of the single identities that were known
local at = 0
local function take()
  at = at + 1
  return ARGV[at]
end
local function takeCount()
  return assert(tonumber(take()), 'a count is missing')
end

-- Read and check everything before the first write: a script that fails halfway is not rolled back.
for i, kind in ipairs({ 'hash', 'string', 'hash', 'hash' }) do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= kind and found ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. found .. ', not a ' .. kind)
  end
end

local positions, moved = {}, { 'moved' }
for _ = 1, takeCount() do
  local source, expected, next_, marks = take(), take(), take(), take()
  local stored = redis.call('HGET', KEYS[4], source) or ''
  if stored ~= expected then
    moved[#moved + 1] = source
    moved[#moved + 1] = stored
  end
  positions[#positions + 1] = source
  positions[#positions + 1] = next_
  positions[#positions + 1] = source .. '#marks'
  positions[#positions + 1] = marks
end
if #moved > 1 then return moved end

local seconds, allocate = {}, {}
for i = 5, #KEYS do
  seconds[i - 4], allocate[i - 4] = takeCount(), takeCount()
end

local total = 0
local countries, weathers = {}, {}
for _ = 1, takeCount() do
  local country, n = take(), takeCount()
  countries[country] = n
  total = total + n
end
for _ = 1, takeCount() do
  local weather, n = take(), takeCount()
  weathers[weather] = n
end

local segments = {}
for _ = 1, takeCount() do
  local bitmap, first, mask = takeCount(), takeCount(), take()
  local known = redis.call('GETRANGE', KEYS[bitmap + 4], first, first + #mask - 1)
  local merged = mask
  if string.find(known, '[^%z]') then
    local bytes = {}
    for i = 1, #mask do
      local new, old = string.byte(mask, i), string.byte(known, i) or 0
      if bit.band(new, old) ~= 0 then return { 'overlap' } end
      bytes[i] = string.char(bit.bor(new, old))
    end
    merged = table.concat(bytes)
  end
  segments[#segments + 1] = { bitmap, first, merged }
end

-- From here on, writes only.
local ready = {}
local function prepare(bitmap)
  if ready[bitmap] then return end
  ready[bitmap] = true
  local key = KEYS[bitmap + 4]
  -- Allocated whole at once: grown bit by bit, a string reserves up to twice what it holds.
  if allocate[bitmap] > 0 and redis.call('EXISTS', key) == 0 then
    redis.call('SETRANGE', key, allocate[bitmap] - 1, '\0')
  end
end

local touched = {}
for _, segment in ipairs(segments) do
  prepare(segment[1])
  redis.call('SETRANGE', KEYS[segment[1] + 4], segment[2], segment[3])
  touched[segment[1]] = true
end

local reply = { 'applied' }
for i = 1, takeCount() do
  local bitmap, position, country, weather = takeCount(), take(), take(), take()
  local key = KEYS[bitmap + 4]
  local new
  -- The usual single message under a key of its own: one command instead of two.
  if position == '0' and allocate[bitmap] == 0 and redis.call('SET', key, '\128', 'NX', 'EX', seconds[bitmap]) then
    new = true
  else
    prepare(bitmap)
    new = redis.call('SETBIT', key, position, 1) == 0
    touched[bitmap] = true
  end
  if new then
    countries[country] = (countries[country] or 0) + 1
    weathers[weather] = (weathers[weather] or 0) + 1
    total = total + 1
  else
    reply[#reply + 1] = i
  end
end

for bitmap in pairs(touched) do
  redis.call('EXPIRE', KEYS[bitmap + 4], seconds[bitmap])
end
for country, n in pairs(countries) do
  redis.call('HINCRBY', KEYS[1], country, n)
end
for weather, n in pairs(weathers) do
  redis.call('HINCRBY', KEYS[3], weather, n)
end
if total > 0 then redis.call('INCRBY', KEYS[2], total) end
if #positions > 0 then redis.call('HSET', KEYS[4], unpack(positions)) end
return reply
