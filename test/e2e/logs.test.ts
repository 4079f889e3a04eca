import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import { whyNoAwsCli } from "../support/aws-cli.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, register, running, runTasks, shell, stopped } from "../support/tasks.ts";
import { TestProcess } from "../support/test-process.ts";

/** The awslogs driver, from a container's output to what CloudWatch Logs answers. */

const shared = await sharePlatform();

interface Row {
  readonly name: string;
  readonly script: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly region?: string;
  readonly messages: readonly string[];
}

const long = 200_000;
const rows: readonly Row[] = [
  {
    name: "each line is an event, but no empty one; characters and a last line without its end are kept",
    script: "echo one; echo; echo '  two  '; printf 'três, 四, 🙂\\n'; printf last",
    messages: ["one", "  two  ", "três, 四, 🙂", "last"],
  },
  {
    name: "awslogs-multiline-pattern",
    script: "echo '[1] first'; echo ' more'; echo; echo '[2] second'",
    options: { "awslogs-multiline-pattern": "^\\[[0-9]+\\]" },
    messages: ["[1] first\n more\n\n", "[2] second\n"],
  },
  {
    name: "awslogs-datetime-format",
    script: "echo '2026-01-02 03:04:05 first'; echo 'at line 1'; echo '2026-01-02 03:04:06 second'",
    options: { "awslogs-datetime-format": "%Y-%m-%d %H:%M:%S" },
    messages: ["2026-01-02 03:04:05 first\nat line 1\n", "2026-01-02 03:04:06 second\n"],
  },
  {
    name: "mode non-blocking with a buffer",
    script: "i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo $i; done",
    options: { mode: "non-blocking", "max-buffer-size": "1m" },
    messages: Array.from({ length: 500 }, (_, i) => String(i + 1)),
  },
  {
    name: "a line longer than the engine's records",
    script: `head -c ${long} /dev/zero | tr '\\0' x; echo; echo after`,
    messages: ["x".repeat(long), "after"],
  },
  { name: "awslogs-region", script: "echo elsewhere", region: "eu-west-1", messages: ["elsewhere"] },
];

describe("the output of a container", { skip: shared.skip, concurrency: 4 }, () => {
  for (const [i, { name, script, options = {}, region = "us-east-1", messages }] of rows.entries()) {
    test(name, async () => {
      const { clients } = shared;
      const group = `/logs/${i}`;
      const definition = await register(clients, `logs-${i}`, [
        shell("app", script, {
          logConfiguration: {
            logDriver: "awslogs",
            options: {
              "awslogs-group": group,
              "awslogs-region": region,
              "awslogs-stream-prefix": "pre/fix",
              "awslogs-create-group": "true",
              ...options,
            },
          },
        }),
      ]);
      const startedAt = Date.now();
      const task = await runToStop(definition);
      const logs = regional(region);
      const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: group }));
      const id = task.taskArn!.split("/").at(-1)!;
      assert.deepEqual(
        logStreams!.map(({ logStreamName }) => logStreamName),
        [`pre/fix/app/${id}`],
      );
      const events = await eventsOf(logs, group, logStreams![0]!.logStreamName!);
      logs.destroy();
      assert.deepEqual(
        events.map(({ message }) => message),
        messages,
      );
      for (const { timestamp, ingestionTime } of events) {
        assert.ok(timestamp! >= startedAt - 1000 && timestamp! <= Date.now() + 1000, `${timestamp}`);
        assert.ok(ingestionTime! >= timestamp!);
      }
    });
  }

  test("goes to a group that was there before, without awslogs-create-group, and can be filtered", async () => {
    const { clients } = shared;
    await clients.logs.send(new CreateLogGroupCommand({ logGroupName: "/mine" }));
    const definition = await register(clients, "logs-own-group", [
      shell("app", "echo INFO fine; echo ERROR broken; echo ERROR again", {
        logConfiguration: {
          logDriver: "awslogs",
          options: { "awslogs-group": "/mine", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "x" },
        },
      }),
    ]);
    await runToStop(definition);
    const found = await clients.logs.send(
      new FilterLogEventsCommand({ logGroupName: "/mine", filterPattern: "ERROR -again" }),
    );
    assert.deepEqual(
      found.events!.map(({ message }) => message),
      ["ERROR broken"],
    );
  });

  test("aws logs tail --follow", { skip: shared.skip ?? whyNoTail() }, async () => {
    const { clients, platform } = shared;
    const script = "trap 'exit 0' TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done";
    const options = { "awslogs-group": "/tail", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "t" };
    const logConfiguration = { logDriver: "awslogs" as const, options: { ...options, "awslogs-create-group": "true" } };
    const [started] = await runTasks(
      clients,
      await register(clients, "tail", [shell("app", script, { logConfiguration })]),
    );
    await running(clients, started!.taskArn!);
    const words = ["logs", "tail", "/tail", "--follow", "--format", "short"];
    const tail = new TestProcess("aws", words, { env: platform.env });
    await tail.shows(/(.*\n){10}/);
    await tail.end("SIGINT");
    const numbers = [...tail.out.matchAll(/line (\d+)\n/g)].map(([, number]) => Number(number));
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => i + numbers[0]!),
    );
    await clients.ecs.send(new StopTaskCommand({ cluster, task: started!.taskArn! }));
    await stopped(clients, started!.taskArn!);
  });
});

async function runToStop(definition: string): Promise<Task> {
  const [started] = await runTasks(shared.clients, definition);
  return stopped(shared.clients, started!.taskArn!);
}

/** A client of another region of the platform. */
function regional(region: string): CloudWatchLogsClient {
  const { env } = shared.platform;
  return new CloudWatchLogsClient({
    endpoint: env.AWS_ENDPOINT_URL!,
    region,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID!, secretAccessKey: env.AWS_SECRET_ACCESS_KEY! },
  });
}

async function eventsOf(logs: CloudWatchLogsClient, logGroupName: string, logStreamName: string) {
  const events = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true, ...(nextToken && { nextToken }) }),
    );
    events.push(...page.events!);
    if (page.nextForwardToken === nextToken) return events;
    nextToken = page.nextForwardToken;
  }
}

/** Version 1 of the AWS CLI has no `logs tail`. */
function whyNoTail(): string | undefined {
  const missing = whyNoAwsCli();
  if (missing) return missing;
  try {
    execFileSync("aws", ["logs", "tail", "help"], {
      stdio: "ignore",
      env: { ...process.env, AWS_PAGER: "", PAGER: "cat" },
    });
    return undefined;
  } catch {
    return "this AWS CLI has no `logs tail`: it needs version 2";
  }
}
