import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ExecuteCommandCommand, StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import { whyNoAwsCli } from "../support/aws-cli.ts";
import { runEstiva, startEstiva } from "../support/estiva.ts";
import { PluginClient, TypedTerminal } from "../support/exec-clients.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import {
  cluster,
  describe as describeTask,
  logGroup,
  register,
  running,
  runTasks,
  shell,
  stopped,
} from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** ECS Exec with real containers: shells, scripts, AWS's clients, and what is left when somebody is killed. */

let definition = "";
const shared = await sharePlatform({
  prepare: async () => {
    const containers = [
      shell("app", "trap 'exit 0' TERM; while :; do sleep 0.1; done"),
      shell("side", "sleep 100000", { stopTimeout: 2 }),
    ];
    // Any role that tasks can have: it needs no rights.
    const taskRoleArn = "arn:aws:iam::000000000000:role/ecsTaskExecutionRole";
    definition = await register(shared.clients, "exec", containers, { taskRoleArn });
  },
});

async function started(): Promise<{ task: Task; id: string }> {
  const [made] = await runTasks(shared.clients, definition, { enableExecuteCommand: true });
  const task = await running(shared.clients, made!.taskArn!);
  assert.equal(task.lastStatus, "RUNNING", task.stoppedReason);
  return { task, id: made!.taskArn!.split("/").at(-1)! };
}

const execute = ({ taskArn }: Task, command: string, container = "app") =>
  shared.clients.ecs.send(
    new ExecuteCommandCommand({ cluster, task: taskArn!, container, command, interactive: true }),
  );
const exec = (id: string, ...words: readonly string[]) =>
  runEstiva(shared.platform, ["exec", "-c", cluster, "--container", "app", id, ...words]);
const startExec = (id: string, ...words: readonly string[]) =>
  startEstiva(shared.platform, ["exec", "-c", cluster, "--container", "app", id, ...words]);

const noAws = whyNoAwsCli() ?? false;
const aws = async (...words: readonly string[]): Promise<string> =>
  (await promisify(execFile)("aws", words, { env: shared.platform.env })).stdout;

/** The commands of the processes in a container, as the engine sees them. */
async function processes(task: Task, container = "app"): Promise<string[]> {
  const { runtimeId } = (await describeTask(shared.clients, task.taskArn!)).containers!.find(
    ({ name }) => name === container,
  )!;
  const query = { ps_args: "-eo pid,args" };
  const { Processes }: { Processes: [string, string][] } = await shared.engine.call(
    "GET",
    `/containers/${runtimeId}/top`,
    { query },
  );
  return Processes.map(([, args]) => args);
}

async function untilProcess(task: Task, args: string, isThere: boolean): Promise<void> {
  const look = () => processes(task);
  await until(`${args} ${isThere ? "to run" : "to end"}`, look, (found) => found.includes(args) === isThere);
}

describe("ECS Exec", { skip: shared.skip }, () => {
  test("a shell on a terminal: input, its size and a new one, Ctrl-C, and the exit code", async () => {
    const { task } = await started();
    const terminal = new TypedTerminal(await execute(task, "sh"));
    await terminal.shows(/# /);
    terminal.type("stty size; id -u; echo $TERM\r");
    await terminal.shows(/17 91\r\n0\r\nxterm-256color\r\n/);
    terminal.resize(120, 40);
    terminal.type("sleep 1000\r");
    await untilProcess(task, "sleep 1000", true);
    terminal.type("\x03");
    await untilProcess(task, "sleep 1000", false);
    terminal.type("until stty size | grep '40 120'; do sleep 0.1; done; exit 3\r");
    await terminal.shows(/40 120\r\n/);
    assert.equal(await terminal.code, 3);
    assert.deepEqual(terminal.modes, [true, false]);
  });

  test("a script: 10 MB whole and in order, standard error apart, input, and the exit code", async () => {
    const { id } = await started();
    const count = 160_000;
    const line = "is a line of the output that is to be as long as ten megabytes";
    const script = `i=0; while [ $i -lt ${count} ]; do echo "$i ${line}"; i=$((i+1)); done; echo sorry >&2; exit 7`;
    const { code, out, err } = await exec(id.slice(0, 10), "sh", "-c", script);
    assert.deepEqual([code, err], [7, "sorry\n"]);
    assert.ok(out.length > 10_000_000);
    assert.ok(out === Array.from({ length: count }, (_, i) => `${i} ${line}\n`).join(""));

    const reads = startEstiva(shared.platform, [
      "exec",
      "-i",
      "-c",
      cluster,
      "--container",
      "app",
      id,
      "sh",
      "-c",
      "sleep 1; md5sum",
    ]);
    const input = Buffer.alloc(10_000_000, "0123456789");
    reads.child.stdin!.end(input);
    assert.deepEqual(await reads.ended(), { code: 0, signal: null });
    assert.equal(reads.out, `${createHash("md5").update(input).digest("hex")}  -\n`);
  });

  test("words arrive as they were written, and nobody's input is waited for", async () => {
    const { id } = await started();
    const words = ["a b", "it's", "$HOME", "#x", "", 'say "so"', "\\"];
    const { code, out, err } = await exec(id, "sh", "-c", 'printf "%s|" "$@"; cat', "name", ...words);
    assert.deepEqual({ code, out, err }, { code: 0, out: words.map((word) => `${word}|`).join(""), err: "" });
    const none = await exec(id, "/no/such/program");
    assert.ok(none.code === 126 || none.code === 127, none.out);
  });

  test("a client that knows AWS's protocol only has a terminal, and is told the end", async () => {
    const { task } = await started();
    const plugin = new PluginClient(await execute(task, "sh -c 'read word; echo got $word; tty; exit 3'", "side"));
    await plugin.ready;
    plugin.type("hello\r");
    assert.equal(await plugin.farewell, "");
    assert.match(plugin.output, /got hello\r\n\/dev\/pts\/\d+\r\n$/);
    assert.deepEqual(
      [...plugin.payloadTypes].sort((a, b) => a - b),
      [1, 5, 7],
    );
  });

  test("a client that is killed or interrupted takes its command with it", async () => {
    const { task, id } = await started();
    const killed = startExec(id, "sleep", "2001");
    await untilProcess(task, "sleep 2001", true);
    await killed.end("SIGKILL");
    await untilProcess(task, "sleep 2001", false);
    const interrupted = startExec(id, "sleep", "2004");
    await untilProcess(task, "sleep 2004", true);
    assert.deepEqual(await interrupted.end("SIGINT"), { code: 130, signal: null });
    await untilProcess(task, "sleep 2004", false);
  });

  test("terminate-session ends a session, and jobs that would not", { skip: noAws }, async () => {
    const { task } = await started();
    const made = await execute(task, "sh -c 'trap \"\" HUP; sleep 2002; sleep 2003'");
    const terminal = new TypedTerminal(made);
    await untilProcess(task, "sleep 2002", true);
    await aws("ssm", "terminate-session", "--session-id", made.session!.sessionId!);
    await assert.rejects(terminal.code, /The session was ended/);
    const left = async () => (await processes(task)).filter((args) => /sleep 200/.test(args));
    await until("its processes to end", left, (found) => found.length === 0);
  });

  test("a session ends with its task, and none is given out before and after", async () => {
    const { task, id } = await started();
    const terminal = new TypedTerminal(await execute(task, "sleep 1000"));
    await untilProcess(task, "sleep 1000", true);
    await shared.clients.ecs.send(new StopTaskCommand({ cluster, task: id }));
    // As it happens: the engine still tells the code of the process, or it is gone with its container.
    assert.ok([137, "The container has stopped."].includes(await terminal.code.catch((error: Error) => error.message)));
    await stopped(shared.clients, task.taskArn!);
    await assert.rejects(execute(task, "ls"), /the execute command agent isn’t running/);
    const [plain] = await runTasks(shared.clients, definition);
    await running(shared.clients, plain!.taskArn!);
    await assert.rejects(execute(plain!, "ls"), /execute command was not enabled/);
  });

  test("what a session shows is in the log of its container", async () => {
    const { task } = await started();
    const made = await execute(task, "sh");
    const terminal = new TypedTerminal(made);
    await terminal.shows(/# /);
    terminal.type("echo logged; exit\r");
    assert.equal(await terminal.code, 0);
    const logStreamName = made.session!.sessionId!;
    const command = new GetLogEventsCommand({ logGroupName: logGroup, logStreamName, startFromHead: true });
    const look = async () => (await shared.clients.logs.send(command)).events!.map(({ message }) => message!);
    const lines = await until("the session's log", look, (found) => found.includes("logged"));
    assert.ok(
      lines.some((line) => line.endsWith("echo logged; exit")),
      lines.join("\n"),
    );
  });

  test("the audit trail has the call without its token", { skip: noAws }, async () => {
    const { task } = await started();
    const { sessionId, tokenValue } = (await execute(task, "ls")).session!;
    const lookup = ["cloudtrail", "lookup-events", "--lookup-attributes"];
    const attribute = "AttributeKey=EventName,AttributeValue=ExecuteCommand";
    const trail = await until(
      "the call in the trail",
      () => aws(...lookup, attribute),
      (text) => text.includes(sessionId!),
    );
    assert.ok(trail.includes("HIDDEN_DUE_TO_SECURITY_REASONS"));
    assert.ok(!trail.includes(tokenValue!));
  });

  test("kill -9 of the platform ends sessions cleanly, and the next start what they left", async () => {
    const { task, id } = await started();
    const client = startExec(id, "sleep", "3001");
    await untilProcess(task, "sleep 3001", true);
    const stale = await execute(task, "ls");
    await shared.platform.kill();
    assert.deepEqual(await client.ended(), { code: 69, signal: null });
    assert.match(client.err, /The connection to the platform was lost/);
    await shared.platform.start();
    await untilProcess(task, "sleep 3001", false);
    await assert.rejects(new TypedTerminal(stale).code, /The token is not valid/);
    assert.deepEqual(await exec(id, "echo", "again"), { code: 0, out: "again\n", err: "" });
  });
});
