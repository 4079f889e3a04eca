import type { FaultStyle } from "../faults.ts";

/** How one service tells that an input breaks its model's constraints. */
export interface ValidationRules {
  /**
   * `coral`: all violations in one message, `1 validation error detected: Value 'x' at 'name' failed to satisfy
   * constraint: ...`. `ec2`: the first one, in EC2's words. `ecr`: the first one, without the value.
   */
  readonly wording: "coral" | "ec2" | "ecr";
  /** The first of these that the operation's model lists, else the first. */
  readonly codes: readonly string[];
  /** Whether the message repeats the offending value. */
  readonly showsValue: boolean;
  /** `Operation.Member` (positions in lists left out) -> what this service says instead when the member is missing. */
  readonly missing?: Readonly<Record<string, OwnWords>>;
  /** The same for one that is too long. */
  readonly tooLong?: Readonly<Record<string, OwnWords>>;
  /** The same for one with other characters than it may have: by the member, whatever the operation. */
  readonly mismatched?: Readonly<Record<string, OwnWords>>;
}

export interface OwnWords {
  readonly code: string;
  readonly message: string;
}

const coral = { wording: "coral", showsValue: true } as const;

const client = (message: string): OwnWords => ({ code: "ClientException", message });
const parameter = (message: string): OwnWords => ({ code: "InvalidParameterException", message });

/** ECS checks these itself, before the constraints of its model. */
const missingInEcs: Readonly<Record<string, OwnWords>> = {
  "DescribeTasks.tasks": parameter("Tasks cannot be empty."),
  "RegisterTaskDefinition.containerDefinitions": client("Container list cannot be empty."),
  "RegisterTaskDefinition.containerDefinitions.secrets.name": client("Secret.name should not be null or empty."),
  "RegisterTaskDefinition.containerDefinitions.secrets.valueFrom": client(
    "Secret.valueFrom should not be null or empty.",
  ),
  "RegisterTaskDefinition.family": client("Family should not be null or empty."),
  "RunTask.taskDefinition": client("TaskDefinition can not be blank."),
  "UpdateClusterSettings.settings": parameter("settings should not be null or empty."),
};

const invalidTags = parameter(
  "Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @.",
);

const tooLongForLogs = parameter("Invalid LogGroup or LogStream, both must have length less than or equal to 512.");

const byService: Readonly<Record<string, ValidationRules>> = {
  ecr: { wording: "ecr", codes: ["InvalidParameterException", "ValidationException"], showsValue: false },
  ecs: {
    ...coral,
    codes: ["InvalidParameterException", "ClientException"],
    missing: missingInEcs,
    mismatched: { "tags.key": invalidTags, "tags.value": invalidTags },
  },
  iam: { ...coral, codes: ["ValidationError"], showsValue: false },
  logs: {
    ...coral,
    codes: ["InvalidParameterException", "ValidationException"],
    tooLong: {
      "CreateLogGroup.logGroupName": tooLongForLogs,
      "CreateLogStream.logGroupName": tooLongForLogs,
      "CreateLogStream.logStreamName": tooLongForLogs,
    },
  },
  servicediscovery: { ...coral, codes: ["InvalidInput"] },
};

const byStyle: Readonly<Record<FaultStyle, ValidationRules>> = {
  json: { ...coral, codes: ["ValidationException"] },
  query: { ...coral, codes: ["ValidationError"] },
  ec2: { wording: "ec2", codes: ["InvalidParameterValue"], showsValue: true },
};

export function validationRulesOf(service: string, style: FaultStyle): ValidationRules {
  return byService[service] ?? byStyle[style];
}
