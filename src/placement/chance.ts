import type { Random } from "#kernel/random.ts";

/** What chooses where nothing else does. */
export type Chance = Pick<Random, "float">;
