import type { Client } from "../client.ts";
import { type Command, CommandError, exitCodes, lastValue } from "../command.ts";
import { table } from "../table.ts";
import { idOf, withClient } from "./connect.ts";
import { list } from "./explain-service.ts";
import { clusterOption, dataOption, jsonOption } from "./options.ts";
import { type Asked, parseQuestion } from "./simulate-question.ts";

export const simulateCommand: Command = {
  name: "simulate",
  usage: "simulate service NAME [QUESTION...] [--fail HOW] [--cluster NAME] [--json]",
  summary: "Say what would happen to a service, step by step, without touching anything.",
  options: {
    fail: { type: "string", value: "HOW", help: "new tasks fail: at their start, by an exit, or by health checks" },
    ...clusterOption,
    ...dataOption,
    ...jsonOption,
  },
  examples: [
    "estiva simulate service web scale 40",
    "estiva simulate service web deploy web:12",
    "estiva simulate service web deploy revision 12 --fail start",
    "estiva simulate service web one host dies",
    "estiva simulate service web deploy web:12 kill 2 tasks after 30 seconds",
    "estiva simulate service web kill 3 tasks --json | jq .lowestHealthy",
  ],
  positionals: [2, Number.POSITIVE_INFINITY],
  run: (args, terminal) => {
    const [kind, service, ...words] = args.positionals as [string, string, ...string[]];
    if (kind !== "service") {
      const message = `estiva simulates a service, not ${kind}.\nTry: estiva simulate --help`;
      throw new CommandError(message, exitCodes.usage);
    }
    const asked = parseQuestion(words, lastValue(args, "fail"));
    const cluster = lastValue(args, "cluster") ?? "default";
    return withClient(args, terminal, async (client) => {
      const question = { cluster, service, ...(await withFamily(client, cluster, service, asked)) };
      const answer = (await client.ask("simulate", question)) as Answer;
      terminal.out(args.flags.has("json") ? `${JSON.stringify(answer, undefined, 2)}\n` : pageOf(answer));
      return exitCodes.ok;
    });
  },
};

/** `deploy revision 12` means one of the family that the service runs. */
async function withFamily(client: Client, cluster: string, service: string, asked: Asked): Promise<Asked> {
  if (asked.deploy === undefined || !/^\d+$/.test(asked.deploy)) return asked;
  const { services } = await client.ecs("DescribeServices", { cluster, services: [service] });
  const running = idOf(services?.[0]?.taskDefinition ?? "");
  if (running === "") throw new CommandError(`There is no service ${service} in the cluster ${cluster}.`);
  return { ...asked, deploy: `${running.split(":")[0]}:${asked.deploy}` };
}

/** What `POST /_estiva/simulate` answers. */
interface Answer {
  readonly serviceArn: string;
  readonly summary: string;
  readonly steps: readonly {
    readonly afterMs: number;
    readonly words: readonly string[];
    readonly counts: { readonly healthy: number; readonly running: number; readonly there: number };
  }[];
  readonly furtherSteps: number;
  readonly before: { readonly healthy: number; readonly running: number };
  readonly lowestHealthy: { readonly count: number; readonly afterMs: number };
  readonly mostThere: { readonly count: number; readonly afterMs: number };
  readonly floor: number;
  readonly ceiling: number;
  readonly startedTasks: number;
  readonly stoppedTasks: number;
  readonly failedTasks: number;
  readonly durationMs: number;
  readonly waitsFor: readonly string[];
  readonly durations: { readonly startMs: number; readonly healthyMs: number; readonly stopMs: number };
}

function pageOf(answer: Answer): string {
  const { steps, furtherSteps, before, lowestHealthy, mostThere, durations, waitsFor } = answer;
  const lowest = `${lowestHealthy.count}, after ${seconds(lowestHealthy.afterMs)}`;
  const most = `${mostThere.count}, after ${seconds(mostThere.afterMs)}`;
  const taken = [durations.startMs, durations.healthyMs, durations.stopMs].map(seconds);
  return [
    `${idOf(answer.serviceArn)}: ${before.healthy} healthy of ${before.running} running tasks now.\n\n`,
    ...(steps.length > 0 ? [stepsTable(steps), "\n"] : []),
    ...(furtherSteps > 0 ? [`${furtherSteps} further steps are not shown.\n\n`] : []),
    `${answer.summary} It takes ${seconds(answer.durationMs)}.\n`,
    ...list("It waits", waitsFor),
    `\nThe lowest number of healthy tasks: ${lowest} (minimumHealthyPercent keeps ${answer.floor}).\n`,
    `The most tasks at a time: ${most} (maximumPercent allows ${answer.ceiling}).\n`,
    `Started ${answer.startedTasks}, stopped ${answer.stoppedTasks}, failed ${answer.failedTasks}.\n`,
    `Tasks were taken to need ${taken[0]} to RUNNING, ${taken[1]} to pass health checks, ${taken[2]} to stop.\n`,
    "Nothing was touched.\n",
  ].join("");
}

function stepsTable(steps: Answer["steps"]): string {
  const rows = steps.flatMap(({ afterMs, words, counts }) =>
    words.map((text, i) => {
      const shown = i === words.length - 1 ? [String(counts.healthy), String(counts.running)] : ["", ""];
      return [i === 0 ? seconds(afterMs) : "", ...shown, text];
    }),
  );
  return table(["after", "healthy", "running", "what"], rows);
}

function seconds(ms: number): string {
  return ms >= 60_000
    ? `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
    : `${Math.round(ms / 100) / 10} s`;
}
