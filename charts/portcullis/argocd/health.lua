-- SPDX-License-Identifier: Apache-2.0
-- Health of Portcullis' policies and keys for Argo CD: a policy is Healthy when what was applied decides requests.
local generation = obj.metadata and obj.metadata.generation or 0
local status = obj.status
if status == nil or status.conditions == nil or (status.observedGeneration or 0) < generation then
  return { status = "Progressing", message = "the operator has not seen this version yet" }
end

local found = {}
for _, condition in ipairs(status.conditions) do
  found[condition.type] = condition
end

-- What nobody but the author can mend, first.
for _, name in ipairs({ "Accepted", "ResolvedRefs", "Ready" }) do
  local condition = found[name]
  if condition ~= nil and condition.status == "False" then
    return { status = "Degraded", message = name .. ": " .. condition.reason .. ": " .. condition.message }
  end
end

local programmed = found["Programmed"]
if programmed ~= nil and programmed.status == "False" then
  local rejected = programmed.reason == "PlanRejected" or programmed.reason == "EnvoyRejected"
  return { status = rejected and "Degraded" or "Progressing", message = programmed.reason .. ": " .. programmed.message }
end
local enforced = found["Enforced"]
if enforced ~= nil and enforced.status == "False" then
  return { status = "Degraded", message = "Enforced: " .. enforced.reason .. ": " .. enforced.message }
end
if programmed ~= nil and programmed.status == "Unknown" then
  -- Policies come before the workloads that they guard: waiting for those would hold up the sync.
  return { status = "Healthy", message = programmed.reason .. ": " .. programmed.message }
end
if programmed == nil and found["Ready"] == nil then
  return { status = "Progressing", message = "the operator is at work" }
end
return { status = "Healthy", message = "in force" }
