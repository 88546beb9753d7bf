-- Counts a batch, each identity once, together with the log positions: all of it or nothing.
--
-- KEYS  1 country_counts (hash)  2 total_messages (string)  3 weather_counts (hash)  4 offsets (hash)
--       5… identity bitmaps, one bit a message; then buckets of the first messages under clients' keys (hashes)
-- ARGV  P, then P × (source, expected offset or '', next offset, marks of the log or '')
--       M, then M × (seconds to live, bytes to allocate when it is created or 0), one pair a bitmap
--       C, then C × (country, n); W, then W × (weather, n): the counts of all segments together
--       S, then S × (bitmap number, first byte, mask): runs of identities that are expected to be new
--       K, days to keep, then K × (bucket number, former bitmap number or 0, key, country, weather): first messages
--       B, then B × (bitmap number, bit, country, weather): other identities one by one, new or not
-- Errors   NOPERM or WRONGTYPE when the server would refuse a write of the batch; nothing was written
-- Returns  {'moved', source, offset or '', …}  a position is not where the batch expected it; nothing was written
--          {'overlap'}                         a segment holds a known identity; nothing was written, send it one by one
--          {'former'}                          former bitmaps are needed; nothing was written, send them
--          {'applied', i, …}                   everything is written; i: numbers of the identities that were known,
--                                              first messages under keys as 1…K, then the single ones
--
-- A bucket maps a client's key to the day (since 1970) of its last use; its field without a name is 'day:days', the day of
-- its last sweep and the days that keys were kept then. In `offsets`, '#bucketsFrom' is the first day of buckets (a store
-- of an earlier release keeps to bitmaps until its consumers have been replaced), '#swept' counts swept keys.
local at = 0
local function take()
  at = at + 1
  return ARGV[at]
end
local function takeCount()
  return assert(tonumber(take()), 'a count is missing')
end

-- Read and check everything before the first write: a script that fails halfway is not rolled back, and the identities
-- it had written would make the next attempt count nothing.
if redis.acl_check_cmd then
  -- The server has checked the user's key patterns against all KEYS, so one bitmap shows for all what may be done to it.
  local bitmap, bucket = KEYS[5] or KEYS[1], KEYS[#KEYS]
  for _, command in ipairs({
    { 'TYPE', KEYS[1] }, { 'HMGET', KEYS[1], 'x' }, { 'HGET', KEYS[4], 'x' }, { 'GET', KEYS[2] },
    { 'EXISTS', bitmap }, { 'GETRANGE', bitmap, 0, 0 }, { 'SETRANGE', bitmap, 0, 'x' }, { 'SETBIT', bitmap, 0, 1 },
    { 'SET', bitmap, 'x', 'EX', 1 }, { 'EXPIRE', bitmap, 1 }, { 'HINCRBY', KEYS[1], 'x', 1 },
    { 'INCRBY', KEYS[2], 1 }, { 'HINCRBY', KEYS[3], 'x', 1 }, { 'HSET', KEYS[4], 'x', 1 },
    { 'TIME' }, { 'HMGET', bucket, 'x' }, { 'HGETALL', bucket }, { 'HSET', bucket, 'x', 1 }, { 'HDEL', bucket, 'x' },
  }) do
    if not redis.acl_check_cmd(unpack(command)) then
      return redis.error_reply('NOPERM this user may not run ' .. string.lower(command[1]) .. ' on ' .. (command[2] or 'the server'))
    end
  end
end
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

local seconds, allocate, isNew = {}, {}, {}
local bitmaps = takeCount()
for i = 1, bitmaps do
  seconds[i], allocate[i] = takeCount(), takeCount()
end
for first = 5, 4 + bitmaps, 1000 do
  local last = math.min(first + 999, 4 + bitmaps)
  -- Requests under a key usually come once: one command shows that none of them is known.
  local found = redis.call('EXISTS', unpack(KEYS, first, last))
  for i = first, last do
    local kind = found == 0 and 'none' or redis.call('TYPE', KEYS[i]).ok
    if kind ~= 'none' and kind ~= 'string' then
      return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. kind .. ', not a string')
    end
    isNew[i - 4] = kind == 'none'
  end
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

local firsts, daysToKeep = takeCount(), takeCount()
local firstsAt, lastUses, sweeps, formers = at, {}, {}, {}
local today, bucketsFrom, swept, startsBuckets = 0, nil, nil, false
if firsts > 0 then
  today = math.floor(redis.call('TIME')[1] / 86400)
  local state = redis.call('HMGET', KEYS[4], '#bucketsFrom', '#swept')
  bucketsFrom, swept = state[1], state[2]
  startsBuckets = not bucketsFrom
  if startsBuckets then
    -- An empty store has no former bitmaps. Others get a day at least, in which every consumer must be replaced: those of an
    -- earlier release read bitmaps alone.
    bucketsFrom = (redis.call('GET', KEYS[2]) or '0') == '0' and '0' or tostring(today + 2)
  end
end
local hasFormers = firsts > 0 and today <= (tonumber(bucketsFrom) or 0) + daysToKeep
for i = 1, firsts do
  local bucket, former, key, country, weather = take(), takeCount(), take(), take(), take()
  if former == 0 and hasFormers then return { 'former' } end
  local found = redis.call('HMGET', KEYS[bucket + 4 + bitmaps], key, '')
  lastUses[i], sweeps[i] = found[1], found[2]
  formers[i] = former > 0 and not isNew[former]
    and (string.byte(redis.call('GETRANGE', KEYS[former + 4], 0, 0)) or 0) >= 128
  countries[country] = countries[country] or 0
  weathers[weather] = weathers[weather] or 0
end

local singles, singlesAt = takeCount(), at
for i = 1, singles do
  local country, weather = ARGV[singlesAt + 4 * i - 1], ARGV[singlesAt + 4 * i]
  countries[country] = countries[country] or 0
  weathers[weather] = weathers[weather] or 0
end

-- What no number can be added to: not an integer, or so large that it might overflow.
local function findBadCount(key, names, values)
  for i, value in ipairs(values) do
    if value and not (value == '0' or (#value <= 16 and string.find(value, '^[1-9]%d*$'))) then
      return redis.error_reply('WRONGTYPE ' .. key .. ' ' .. names[i] .. ' holds ' .. value .. ', not a count')
    end
  end
end
local function findBadField(key, counts)
  local names = {}
  for name in pairs(counts) do names[#names + 1] = name end
  return #names > 0 and findBadCount(key, names, redis.call('HMGET', key, unpack(names)))
end
local bad = findBadField(KEYS[1], countries)
  or findBadField(KEYS[3], weathers)
  or findBadCount(KEYS[2], { '' }, { redis.call('GET', KEYS[2]) })
  or findBadCount(KEYS[4], { '#bucketsFrom', '#swept' }, { bucketsFrom or '0', swept })
if bad then return bad end

-- From here on, writes only.
local function prepare(bitmap)
  -- Allocated whole at once: grown bit by bit, a string reserves up to twice what it holds.
  if isNew[bitmap] and allocate[bitmap] > 0 then
    redis.call('SETRANGE', KEYS[bitmap + 4], allocate[bitmap] - 1, '\0')
  end
  isNew[bitmap] = false
end

local touched = {}
for _, segment in ipairs(segments) do
  prepare(segment[1])
  redis.call('SETRANGE', KEYS[segment[1] + 4], segment[2], segment[3])
  touched[segment[1]] = true
end

-- Whether the bit was 0.
local function setBit(bitmap, position)
  local key = KEYS[bitmap + 4]
  if isNew[bitmap] and position == '0' and allocate[bitmap] == 0 then
    -- The usual single message in a bitmap of its own: one command instead of two.
    redis.call('SET', key, '\128', 'EX', seconds[bitmap])
    isNew[bitmap] = false
    return true
  end
  prepare(bitmap)
  touched[bitmap] = true
  return redis.call('SETBIT', key, position, 1) == 0
end

-- A bucket lives for the days to keep after the end of the day on which it was last used. At its first use of a day, what has
-- not been used for longer is removed; few buckets at a time, so that the first batch of a day does not wait for all.
local todayText, state = tostring(today), today .. ':' .. daysToKeep
local kept, sweptBuckets = {}, 0
local function keep(bucket, sweep)
  if sweep == state or kept[bucket] then return end
  local day, days = string.match(sweep or '', '^(%d+):(%d+)$')
  if day and tonumber(day) >= today and tonumber(days) >= daysToKeep then return end
  kept[bucket] = true
  redis.call('EXPIRE', bucket, (daysToKeep + 1) * 86400)
  if sweep then
    if sweptBuckets == 64 then return end
    sweptBuckets = sweptBuckets + 1
    local entries, gone = redis.call('HGETALL', bucket), {}
    for i = 1, #entries, 2 do
      if entries[i] ~= '' and (tonumber(entries[i + 1]) or today) + daysToKeep < today then gone[#gone + 1] = entries[i] end
    end
    for first = 1, #gone, 1000 do redis.call('HDEL', bucket, unpack(gone, first, math.min(first + 999, #gone))) end
    if #gone > 0 then redis.call('HINCRBY', KEYS[4], '#swept', #gone) end
  end
  redis.call('HSET', bucket, '', state)
end

local function count(country, weather)
  countries[country] = countries[country] + 1
  weathers[weather] = weathers[weather] + 1
  total = total + 1
end

local reply = { 'applied' }
at = firstsAt
for i = 1, firsts do
  local number, former, key, country, weather = take(), takeCount(), take(), take(), take()
  local bucket, lastUse, isFormer = KEYS[number + 4 + bitmaps], lastUses[i], formers[i]
  if not lastUse and today < tonumber(bucketsFrom) then
    setBit(former, '0')
  else
    -- Move it: former bitmaps are looked up for a limited time, a key is kept for as long as it is used.
    if isFormer and not lastUse then redis.call('SETBIT', KEYS[former + 4], 0, 0) end
    if not lastUse or (lastUse ~= todayText and (tonumber(lastUse) or 0) < today) then
      redis.call('HSET', bucket, key, todayText)
    end
    keep(bucket, sweeps[i])
  end
  if lastUse or isFormer then reply[#reply + 1] = i else count(country, weather) end
end
at = singlesAt
for i = 1, singles do
  local bitmap, position, country, weather = takeCount(), take(), take(), take()
  if setBit(bitmap, position) then count(country, weather) else reply[#reply + 1] = firsts + i end
end

for bitmap in pairs(touched) do
  redis.call('EXPIRE', KEYS[bitmap + 4], seconds[bitmap])
end
for country, n in pairs(countries) do
  if n > 0 then redis.call('HINCRBY', KEYS[1], country, n) end
end
for weather, n in pairs(weathers) do
  if n > 0 then redis.call('HINCRBY', KEYS[3], weather, n) end
end
if total > 0 then redis.call('INCRBY', KEYS[2], total) end
if startsBuckets then redis.call('HSET', KEYS[4], '#bucketsFrom', bucketsFrom) end
if #positions > 0 then redis.call('HSET', KEYS[4], unpack(positions)) end
return reply
