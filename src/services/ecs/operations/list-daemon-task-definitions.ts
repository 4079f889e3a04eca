import type { DaemonTaskDefinitionSummary, ListDaemonTaskDefinitionsRequest } from "#generated/ecs/types.ts";
import { pageOf } from "#kernel/pagination.ts";
import { worldOf } from "#kernel/world.ts";
import { type DaemonTaskDefinitionRecord, daemonTaskDefinitions } from "../model/daemon-task-definition.ts";
import { pageStart } from "../paging.ts";
import type { EcsHandler } from "./handler.ts";

/** By family name and revision, or the other way round. */
export const ListDaemonTaskDefinitions: EcsHandler<"ListDaemonTaskDefinitions"> = async (input, ctx) => {
  const { limit, scope, after } = pageStart("ListDaemonTaskDefinitions", input);
  const all = ctx.store.view(daemonTaskDefinitions).by("world", worldOf(ctx));
  const found = all.map(({ value }) => value).filter((record) => passes(record, input));
  const listed = (input.revision === "LAST_REGISTERED" ? lastOfEach(found) : found).toSorted(inOrder);
  if (input.sort === "DESC") listed.reverse();
  const from = after === undefined ? 0 : listed.findIndex((record) => isBehind(record, after, input.sort));
  const page = from < 0 ? [] : listed.slice(from, from + limit + 1);
  const { items, nextToken } = pageOf(page, limit, scope, ({ family, revision }) => `${family}:${revision}`);
  return { daemonTaskDefinitions: items.map(summaryOf), ...(nextToken && { nextToken }) };
};

function passes({ family, status }: DaemonTaskDefinitionRecord, input: ListDaemonTaskDefinitionsRequest): boolean {
  const { familyPrefix = "", status: wanted = "ACTIVE" } = input;
  if (input.family !== undefined && family !== input.family) return false;
  return family.startsWith(familyPrefix) && (wanted === "ALL" || status === wanted);
}

function lastOfEach(records: readonly DaemonTaskDefinitionRecord[]): DaemonTaskDefinitionRecord[] {
  const families = Map.groupBy(records, ({ family }) => family);
  return [...families.values()].map((own) => own.toSorted(inOrder).at(-1)!);
}

type Place = Pick<DaemonTaskDefinitionRecord, "family" | "revision">;

function inOrder(a: Place, b: Place): number {
  if (a.family !== b.family) return a.family < b.family ? -1 : 1;
  return a.revision - b.revision;
}

/** Whether it comes after the position `family:revision`, of which the record itself may be gone. */
function isBehind(record: Place, after: string, sort: ListDaemonTaskDefinitionsRequest["sort"]): boolean {
  const [family = "", revision = ""] = after.split(":");
  const order = inOrder(record, { family, revision: Number(revision) });
  return sort === "DESC" ? order < 0 : order > 0;
}

function summaryOf(record: DaemonTaskDefinitionRecord): DaemonTaskDefinitionSummary {
  const { daemonTaskDefinitionArn: arn, registeredAt, registeredBy, deleteRequestedAt, status } = record;
  return { arn, registeredAt, registeredBy, ...(deleteRequestedAt !== undefined && { deleteRequestedAt }), status };
}
