import type { Option } from "../command.ts";

/** Options that several commands share. */
export const dataOption = {
  data: {
    type: "string",
    value: "DIR",
    help: "the platform's data folder (default: ESTIVA_DATA, or ~/.local/share/estiva)",
  },
} as const satisfies Record<string, Option>;

export const jsonOption = {
  json: { type: "boolean", help: "print JSON, for programs" },
} as const satisfies Record<string, Option>;

export const clusterOption = {
  cluster: { type: "string", short: "c", value: "NAME", help: "the ECS cluster (default: default)" },
} as const satisfies Record<string, Option>;
