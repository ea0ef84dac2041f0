-- wrk -s put.lua ADDRESS -- KEY FILE FIRST: puts orders under references that
-- were never there before, counting up from FIRST. FILE holds one order, with
-- the reference @@@.
local n, before, after

function init(args)
  local file = assert(io.open(args[2], "rb"))
  local text = file:read("*a")
  file:close()
  local from, to = text:find("@@@", 1, true)
  before, after = text:sub(1, from - 1), text:sub(to + 1)
  n = tonumber(args[3])
  wrk.headers["dj-api-key"] = args[1]
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  n = n + 1
  local reference = string.format("172-%07d-1", n)
  return wrk.format("PUT", "/v1/orders/" .. reference, nil, before .. reference .. after)
end
