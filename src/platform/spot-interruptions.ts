import { Fault } from "#kernel/fault.ts";
import type { Store } from "#kernel/store.ts";
import { type Inquiry, interruptSpotTasks, type SpotInterruption } from "#services/ecs/index.ts";

/**
 * `POST /_estiva/spot-interruptions`: takes the capacity of FARGATE_SPOT tasks of the root's own account away. The body
 * is JSON: `{"cluster": "web", "tasks": ["..."]}` or `{"cluster": "web", "service": "app", "count": 2}`; `cluster` is
 * `default` where it is missing, `service` may be. Only the root user may, whatever the rights of others.
 */
export function spotInterruptions(store: Store): Inquiry<SpotInterruption> {
  return {
    service: "ecs",
    recordedAs: "InterruptSpotTasks",
    parse: readRequest,
    needs: () => [],
    async answer(request, { caller, account, region }) {
      if (caller.type !== "Root") {
        throw new Fault("AccessDeniedException", "Only the root user of an account can interrupt its Spot tasks.");
      }
      const { interrupted, failures } = await interruptSpotTasks(store, { account, region }, request);
      return { taskArns: interrupted.map(({ taskArn }) => taskArn), failures };
    },
  };
}

const known = ["cluster", "tasks", "count", "service"];

function readRequest(body: unknown): SpotInterruption {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalid("The body must be a JSON object.");
  const input = body as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`Unknown parameter ${unknown}. There are: ${known.join(", ")}.`);
  const { cluster = "default", tasks, count, service } = input;
  if (typeof cluster !== "string") throw invalid("cluster must be a name or an ARN.");
  if (tasks !== undefined) {
    if (!isTexts(tasks) || tasks.length === 0) throw invalid("tasks must be a list of ids or ARNs of tasks.");
    if (count !== undefined || service !== undefined) throw invalid("Give tasks, or a count with or without service.");
    return { cluster, tasks };
  }
  if (!Number.isInteger(count) || (count as number) < 1) throw invalid("Give tasks, or a count of at least 1.");
  if (service !== undefined && typeof service !== "string") throw invalid("service must be a name.");
  return { cluster, count: count as number, ...(service !== undefined && { service }) };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function invalid(message: string): Fault {
  return new Fault("InvalidParameterException", message);
}
