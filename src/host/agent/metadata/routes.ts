/** The paths of the task metadata endpoint, versions 2 to 4, of the credentials, and of the agent's own API. */
export type Route =
  | {
      readonly kind: "container" | "task" | "taskWithTags" | "containerStats" | "taskStats";
      readonly version: "v3" | "v4";
      readonly id: string;
    }
  | { readonly kind: "container" | "containerStats"; readonly version: "v2"; readonly id: string }
  | { readonly kind: "task" | "taskWithTags" | "taskStats"; readonly version: "v2" }
  | { readonly kind: "credentials"; readonly id: string }
  | { readonly kind: "protection"; readonly id: string };

const byTail = {
  "": "container",
  task: "task",
  taskWithTags: "taskWithTags",
  stats: "containerStats",
  "task/stats": "taskStats",
} as const;

/** Below `$ECS_AGENT_URI` (Amazon ECS developer guide, "Task scale-in protection endpoint"). */
const protectionTail = "task-protection/v1/state";

/** What a request is for; undefined for a path that the endpoint does not have. */
export function routeOf(path: string): Route | undefined {
  const [, version, first = "", ...rest] = path.replace(/\/{2,}/g, "/").split("/");
  const tail = rest.join("/").replace(/\/$/, "");
  if (version === "v2") return v2Route(first, tail);
  if (version === "api") return tail === protectionTail && first !== "" ? { kind: "protection", id: first } : undefined;
  if ((version !== "v3" && version !== "v4") || first === "" || !Object.hasOwn(byTail, tail)) return undefined;
  return { kind: byTail[tail as keyof typeof byTail], version, id: first };
}

function v2Route(first: string, tail: string): Route | undefined {
  switch (first) {
    case "credentials":
      return { kind: "credentials", id: tail };
    case "metadata":
      return tail === "" ? { kind: "task", version: "v2" } : { kind: "container", version: "v2", id: tail };
    case "metadataWithTags":
      return tail === "" ? { kind: "taskWithTags", version: "v2" } : undefined;
    case "stats":
      return tail === "" ? { kind: "taskStats", version: "v2" } : { kind: "containerStats", version: "v2", id: tail };
    default:
      return undefined;
  }
}
