import { worldOf } from "#kernel/world.ts";
import { type OperationRecord, operations, operationTypes } from "../model.ts";
import { type FilterRules, filterOf } from "../request/filters.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

const rules: FilterRules<OperationRecord> = {
  NAMESPACE_ID: { conditions: ["EQ"], values: ({ namespaceId }) => [namespaceId] },
  SERVICE_ID: { conditions: ["EQ"], values: ({ serviceId }) => (serviceId === undefined ? [] : [serviceId]) },
  // The documentation calls the status SUCCEED here and SUCCESS elsewhere.
  STATUS: { conditions: ["EQ", "IN"], values: ({ status }) => (status === "SUCCESS" ? [status, "SUCCEED"] : [status]) },
  TYPE: { conditions: ["EQ", "IN"], values: ({ action }) => [operationTypes[action]] },
  UPDATE_DATE: { conditions: ["BETWEEN"], values: ({ updateDate }) => [String(updateDate)] },
};

/** The newest first. */
export const ListOperations: DiscoveryHandler<"ListOperations"> = async (input, ctx) => {
  const matches = filterOf(rules, input.Filters);
  const found = ctx.store
    .view(operations)
    .by("world", worldOf(ctx))
    .map(({ value }) => value)
    .filter(matches);
  const scope = `ListOperations ${JSON.stringify(input.Filters ?? [])}`;
  const { items, token } = listPage(scope, input, found, newestFirst);
  return { Operations: items.map(({ id, status }) => ({ Id: id, Status: status })), ...token };
};

function newestFirst({ createDate, id }: OperationRecord): string {
  return `${String(Number.MAX_SAFE_INTEGER - createDate).padStart(16, "0")} ${id}`;
}
