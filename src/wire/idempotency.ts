import { type Random, uuid } from "#kernel/random.ts";
import type { Operation } from "./model.ts";

/** Services that refuse a request without its token: there it is the id of what is made. */
const demanding = new Set(["secretsmanager"]);

/** Fills an idempotency token that the client left out: without one, each request is its own. */
export function fillIdempotencyTokens(operation: Operation, input: Record<string, unknown>, random: Random): void {
  if (demanding.has(operation.service.name)) return;
  for (const member of operation.input?.members ?? []) {
    if (member.traits.idempotencyToken && input[member.name] === undefined) input[member.name] = uuid(random);
  }
}
