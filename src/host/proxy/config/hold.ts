import type { LoadBalancerNode, TargetGroupSpec } from "#kernel/load-balancing.ts";
import { ownPage } from "./answers.ts";
import type { ConfigOptions } from "./frontend.ts";
import { quote } from "./quote.ts";

const scriptFile = "hold.lua";
/** How often it is told that requests of a group wait. */
const tellSeconds = 5;

/**
 * What a request does that finds no target: it looks again ten times a second, and tells the events that it waits. A
 * process that a reload has replaced gets no new targets: there it waits no longer.
 */
const script = `local told = {}
core.register_action("hold", { "http-req" }, function(txn, seconds)
  local backend = txn.f:be_name()
  local until_ = core.now().sec + tonumber(seconds)
  while txn.f:nbsrv() < 1 do
    local now = core.now().sec
    local stopping = txn.f:stopping()
    -- A number before HAProxy 3.1, of which Lua takes 0 for true, too.
    if now >= until_ or stopping == true or stopping == 1 then
      txn:set_var("txn.unserved", true)
      return
    end
    if now - (told[backend] or 0) >= ${tellSeconds} then
      told[backend] = now
      txn:log(core.warning, "hold " .. backend .. " " .. now)
    end
    core.msleep(100)
  end
end, 1)
`;

function holds({ holdSeconds }: TargetGroupSpec): boolean {
  return holdSeconds !== undefined;
}

/** For the global section: nothing where no requests are held. */
export function holdGlobalLines({ targetGroups }: LoadBalancerNode, { folder }: ConfigOptions): string[] {
  if (!targetGroups.some(holds)) return [];
  return [
    ".if version_atleast(3.1)",
    "tune.lua.bool-sample-conversion normal",
    ".endif",
    `lua-load-per-thread ${quote(`${folder}/${scriptFile}`)}`,
  ];
}

export function holdFiles({ targetGroups }: LoadBalancerNode): readonly (readonly [string, string])[] {
  return targetGroups.some(holds) ? [[scriptFile, script]] : [];
}

/** For the section of a group of HTTP, before a request is refused for want of targets. */
export function holdLines({ holdSeconds }: TargetGroupSpec, folder: string): string[] {
  if (holdSeconds === undefined) return [];
  return [`http-request lua.hold ${holdSeconds}`, ...ownPage(503, folder, "{ var(txn.unserved) -m bool }")];
}

/** What a line of the events tells of waiting requests: the backend's name, and when, in seconds since the epoch. */
export function parseHold(line: string): { readonly backend: string; readonly seconds: number } | undefined {
  const [, backend, seconds] = /^hold (\S+) (\d+)/.exec(line) ?? [];
  return backend === undefined ? undefined : { backend, seconds: Number(seconds) };
}
