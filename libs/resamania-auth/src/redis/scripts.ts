import { hash } from 'node:crypto';

import { MAX_WAIT_MS } from '../store/token-store.js';

/** A script, and the name by which the server knows it once it has seen it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/**
 * Each step of the store is one script, so that it is atomic. A lock library would not do: the steps look at token, wait and
 * claim together, and the libraries' own locks leave rejections unhandled when the server hangs. A quorum of servers would
 * not help either: a second token request is cheap, so the claim saves work and guards nothing.
 *
 * A value is `{id}.{sealed}`. What others wrote may be anything: of another type, without an end, of any size. It gets the
 * id "?" or one that nobody knows, and is passed over; a wait or a claim that lasts for longer than any of ours does not count.
 */
const PRELUDE = `
local function entry(key)
  local left = redis.call('PTTL', key)
  if left == -2 then return nil end
  local value = redis.pcall('GETRANGE', key, 0, 65535)
  if type(value) == 'table' then value = '' end
  return { string.match(value, '^([%w_-]+)%.') or '?', value, left }
end
local function isListed(id, from)
  for index = from, #ARGV do
    if ARGV[index] == id then return true end
  end
  return false
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/** No claim of ours lasts longer, in milliseconds: ten times what one is asked for. */
const MAX_CLAIM_MS = 60_000;

/** Keys: token. */
export const READ = script(`return entry(KEYS[1])`);

/** Keys: token, wait, claim, refresh token. Arguments: claim id, its life, least remaining life, "1" to take the refresh token, ids of no use. */
export const CLAIM = script(`
local token, wait = entry(KEYS[1]), entry(KEYS[2])
if token and token[3] > tonumber(ARGV[3]) and not isListed(token[1], 5) then return { 'stored', token } end
if wait and wait[3] > 0 and wait[3] <= ${MAX_WAIT_MS} and not isListed(wait[1], 5) then return { 'wait', wait } end
local claim = entry(KEYS[3])
if claim and claim[3] > 0 and claim[3] <= ${MAX_CLAIM_MS} and claim[2] ~= ARGV[1] then return { 'held', now() } end
redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
local refresh = ARGV[4] == '1' and entry(KEYS[4])
if refresh then redis.call('DEL', KEYS[4]) end
return { 'granted', now(), refresh and refresh[2] }
`);

/**
 * Keys: as for a claim. Arguments: claim id, channel, message, token, its end, its lifetime, refresh token, wait, its end,
 * longest wait, ids of tokens to replace.
 */
export const SETTLE = script(`
local isOurs = redis.pcall('GET', KEYS[3]) == ARGV[1]
local left = math.floor(math.min(ARGV[5] - now(), ARGV[6]))
local token = entry(KEYS[1])
if ARGV[4] ~= '' and left > 0 and (not token or token[3] < left or isListed(token[1], 11)) then
  redis.call('SET', KEYS[1], ARGV[4], 'PX', left)
  redis.call('DEL', KEYS[2])
  if ARGV[7] ~= '' then redis.call('SET', KEYS[4], ARGV[7], 'PX', left) end
end
local wait = math.floor(math.min(ARGV[9] - now(), ARGV[10]))
if ARGV[8] ~= '' and isOurs and wait > 0 then redis.call('SET', KEYS[2], ARGV[8], 'PX', wait) end
if isOurs then redis.call('DEL', KEYS[3]) end
redis.call('PUBLISH', ARGV[2], ARGV[3])
`);

/** Keys: token, mark. Arguments: id, life of the mark. */
export const DROP = script(`
local token, mark = entry(KEYS[1]), entry(KEYS[2])
if token and token[1] ~= ARGV[1] then return 1 end
if mark and mark[3] > 0 then return token and 0 or 1 end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
return 1
`);

function script(body: string): Script {
  const lua = PRELUDE + body;
  return { lua, sha: hash('sha1', lua, 'hex') };
}
