import { findTask, idOf } from "./connect.ts";
import { callLines, type Explaining, line, list } from "./explain-service.ts";
import { callsOn } from "./trail.ts";

/** What `POST /_estiva/explain/task` answers. */
interface Answer {
  readonly taskArn: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly story: readonly { readonly at: string; readonly words: string }[];
  readonly waitsFor: readonly string[];
  readonly stopped: readonly string[];
}

/** What is asked of a task by its users. */
const asked = ["StopTask", "UpdateTaskProtection", "ExecuteCommand"];

export async function explainTask({ client, cluster, identifier, terminal, json }: Explaining): Promise<void> {
  const task = await findTask(client, cluster, identifier);
  const answer = (await client.ask("explain/task", { cluster, task })) as Answer;
  const calls = await callsOn(client, answer.taskArn, asked);
  if (json) {
    terminal.out(`${JSON.stringify({ ...answer, ...calls }, undefined, 2)}\n`);
    return;
  }
  const page = [
    `${idOf(answer.taskArn)}: ${answer.lastStatus}, and it is to be ${answer.desiredStatus}.\n`,
    ...list(answer.lastStatus === "STOPPED" ? "Why it stopped" : "Why it is being stopped", answer.stopped),
    ...list("It waits", answer.waitsFor),
    ...list(
      "What happened",
      answer.story.map(({ at, words }) => line(Date.parse(at), words)),
    ),
    ...callLines(calls),
  ];
  terminal.out(page.join(""));
}
