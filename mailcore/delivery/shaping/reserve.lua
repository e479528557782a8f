-- Take tokens from several buckets at once, for several errands: each gets all of its tokens or none.
-- A bucket is the instant (microseconds of this server's clock) at which it is full again.
--
-- KEYS[1]   when the buckets were born; it goes with them when Redis loses everything, and then
--           every bucket begins empty, not full.
-- KEYS[2…]  the buckets
-- ARGV[1]   JSON: a list of errands, each {cost, bucket, interval, burst, bucket, interval, burst, …};
--           a bucket is its place in KEYS, an interval the microseconds for one token
-- Returns, for each errand, the microseconds to wait (0: its tokens are taken) and the bucket that says so.

local MOST = 100
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

local born = tonumber(redis.call('GET', KEYS[1]) or '')
if not born or born > now then
  born = now
  redis.call('SET', KEYS[1], string.format('%.0f', born))
end

local full_at, changed = {}, {}

local function bucket(place, interval, burst)
  local at = full_at[place]
  if not at then
    at = tonumber(redis.call('GET', KEYS[place]) or '') or (born + burst * interval)
  end
  at = math.max(at, now)
  at = math.min(at, now + (burst + MOST) * interval)
  full_at[place] = at
  return at
end

local answer = {}
for _, errand in ipairs(cjson.decode(ARGV[1])) do
  local wait, by = 0, 0
  for i = 2, #errand, 3 do
    local place, interval, burst = errand[i], errand[i + 1], errand[i + 2]
    local needed = bucket(place, interval, burst) - now - (burst - 1) * interval
    if needed > wait then
      wait, by = needed, place
    end
  end
  if wait == 0 then
    for i = 2, #errand, 3 do
      local place = errand[i]
      full_at[place] = full_at[place] + errand[1] * errand[i + 1]
      changed[place] = true
    end
  end
  answer[#answer + 1] = math.ceil(wait)
  answer[#answer + 1] = by
end

for place in pairs(changed) do
  -- A bucket that is full says no more than one that is not there.
  local left = math.ceil((full_at[place] - now) / 1000) + 1000
  redis.call('SET', KEYS[place], string.format('%.0f', full_at[place]), 'PX', left)
end
return answer
