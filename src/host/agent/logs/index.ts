import { parseArn } from "#kernel/arn.ts";
import { type AwslogsOptions, readAwslogsOptions } from "#kernel/awslogs-options.ts";
import { Fault } from "#kernel/fault.ts";
import type { LogSource, TaskLogs } from "../ports.ts";
import { createLogCollector } from "./collector.ts";
import type { FollowedContainer, FollowerOptions } from "./follower.ts";
import { Transcript } from "./transcript.ts";

export { createLogCollector, type LogCollector } from "./collector.ts";
export type { FollowedContainer, FollowerOptions } from "./follower.ts";

/**
 * The log drivers of containers. `awslogs`: to CloudWatch Logs. `json-file`: kept by the runtime until the container is
 * removed, and read with the runtime's own tools. Others are refused.
 */
export function createTaskLogs(options: FollowerOptions): TaskLogs {
  const collector = createLogCollector(options);
  const transcripts = new Set<Transcript>();
  return {
    async prepare(source) {
      const awslogs = readOptions(source);
      // Without a prefix the stream is named by the container's id, which is not known before there is a container.
      if (awslogs?.streamPrefix === undefined) return;
      const { stream, createGroup, taskArn } = toFollowed(source, awslogs, "");
      await options.sink.ensureStream(stream, { createGroup, taskArn });
    },
    follow(source, runtimeId) {
      const awslogs = readOptions(source);
      if (awslogs !== undefined) collector.follow(toFollowed(source, awslogs, runtimeId));
    },
    async drain(source, runtimeId) {
      const awslogs = readOptions(source);
      if (awslogs !== undefined) await collector.drained(toFollowed(source, awslogs, runtimeId));
    },
    session(sessionId, stream) {
      const transcript = new Transcript(options, sessionId, stream);
      transcripts.add(transcript);
      void transcript.stored.then(() => transcripts.delete(transcript));
      return transcript;
    },
    async stop() {
      await Promise.all([collector.stop(), ...[...transcripts].map((transcript) => transcript.stop())]);
    },
  };
}

/** The options of a container whose output goes to CloudWatch Logs. */
function readOptions({ container }: LogSource): AwslogsOptions | undefined {
  const { logDriver, options } = container.logConfiguration ?? { logDriver: "json-file", options: {} };
  if (logDriver === "json-file") return undefined;
  if (logDriver !== "awslogs") {
    throw new Fault("InvalidParameterException", `The log driver ${logDriver} is not supported.`);
  }
  const awslogs = readAwslogsOptions(options);
  if (typeof awslogs === "string") throw new Fault("InvalidParameterException", awslogs);
  return awslogs;
}

function toFollowed(
  { payload, container, taskId }: LogSource,
  { group, region, streamPrefix, createGroup, eventStart, maxBufferBytes }: AwslogsOptions,
  runtimeId: string,
): FollowedContainer {
  const { taskArn } = payload;
  const account = parseArn(taskArn)?.account;
  if (account === undefined) throw new Fault("InvalidParameterException", `${taskArn} is no task's ARN.`);
  const logStreamName = streamPrefix === undefined ? runtimeId : `${streamPrefix}/${container.name}/${taskId}`;
  const stream = { account, region, logGroupName: group, logStreamName };
  return { runtimeId, taskArn, stream, createGroup, eventStart, maxBufferBytes };
}
