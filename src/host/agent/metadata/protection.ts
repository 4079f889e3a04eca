import type { TaskPayload } from "#kernel/agent-protocol.ts";
import type { ProtectionAnswer, ProtectionChange, TaskProtection } from "../ports.ts";
import type { Answer } from "./answer.ts";

/** What is asked beside the path. */
export interface Call {
  readonly method: string;
  /** Only called where a body is expected; what is longer than any document of the endpoint comes as an empty one. */
  readBody(): Promise<string>;
}

/**
 * `$ECS_AGENT_URI/task-protection/v1/state`: the answers of the Amazon ECS developer guide ("Task scale-in protection
 * endpoint"), what it leaves open as the Amazon ECS container agent has it. Undefined for the task: nobody knows it.
 */
export async function protectionAnswer(
  protection: TaskProtection | undefined,
  task: TaskPayload | undefined,
  call: Call,
): Promise<Answer> {
  if (call.method !== "GET" && call.method !== "PUT") return { status: 405, body: "Method Not Allowed" };
  const change = call.method === "PUT" ? changeOf(await call.readBody()) : undefined;
  if (change === "undecodable") {
    return errorAnswer(400, undefined, "InvalidParameterException", "UpdateTaskProtection: failed to decode request");
  }
  if (task === undefined) {
    return errorAnswer(404, undefined, "ResourceNotFoundException", "Failed to find a task for the request");
  }
  if (change === "unsaid") {
    const message = "Invalid request: does not contain 'ProtectionEnabled' field";
    return errorAnswer(400, task, "InvalidParameterException", message);
  }
  const found = await protection?.call(task, change);
  if (found !== undefined) return answerOf(found, task);
  const message = "Invalid Request: no task IAM role credentials available for task";
  return errorAnswer(403, task, "AccessDeniedException", message);
}

function answerOf(found: ProtectionAnswer, task: TaskPayload): Answer {
  if ("error" in found) {
    const { status, code, message } = found.error;
    return errorAnswer(status, task, code, message, found.requestId);
  }
  if ("failure" in found) {
    const { arn, reason, detail = null } = found.failure;
    return { status: 200, body: { failure: { Arn: arn, Detail: detail, Reason: reason } } };
  }
  const { taskArn, enabled, expiresAt } = found.protection;
  // Whole seconds, as in the guide's example.
  const ExpirationDate = expiresAt === undefined ? null : `${new Date(expiresAt).toISOString().slice(0, 19)}Z`;
  return { status: 200, body: { protection: { ExpirationDate, ProtectionEnabled: enabled, TaskArn: taskArn } } };
}

function errorAnswer(
  status: number,
  task: TaskPayload | undefined,
  code: string,
  message: string,
  requestID?: string,
): Answer {
  const error = { ...(task && { Arn: task.taskArn }), Code: code, Message: message };
  return { status, body: { ...(requestID !== undefined && { requestID }), error } };
}

/** What a PUT asks for. The agent reads JSON as Go does: names in any case, and no others. */
export function changeOf(body: string): ProtectionChange | "undecodable" | "unsaid" {
  const document = parse(body);
  if (typeof document !== "object" || document === null || Array.isArray(document)) return "undecodable";
  let protectionEnabled: boolean | undefined;
  let expiresInMinutes: number | undefined;
  for (const [name, value] of Object.entries(document as Record<string, unknown>)) {
    const lower = name.toLowerCase();
    if (lower !== "protectionenabled" && lower !== "expiresinminutes") return "undecodable";
    if (value === null) continue;
    if (lower === "protectionenabled") {
      if (typeof value !== "boolean") return "undecodable";
      protectionEnabled = value;
    } else {
      if (!Number.isSafeInteger(value)) return "undecodable";
      expiresInMinutes = value as number;
    }
  }
  if (protectionEnabled === undefined) return "unsaid";
  return { protectionEnabled, ...(expiresInMinutes !== undefined && { expiresInMinutes }) };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Whoever sent it is told that it is no JSON.
    return undefined;
  }
}
