import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Put } from "#kernel/store.ts";
import { type RouteTable, type RouteTableAssociation, routeTables } from "../model.ts";

/** The put of the table without the association that the test finds. */
export function withoutAssociation(
  table: Entry<RouteTable>,
  isMeant: (association: RouteTableAssociation) => boolean,
): Put {
  const associations = table.value.associations.filter((association) => !isMeant(association));
  return { key: table.key, value: { ...table.value, associations } };
}

/** The put of the table with one association more. */
export function withAssociation(table: Entry<RouteTable>, association: RouteTableAssociation): Put {
  return { key: table.key, value: { ...table.value, associations: [...table.value.associations, association] } };
}

/** The association with this id, and its table. */
export function findAssociation(
  ctx: RequestContext,
  associationId: string,
): { readonly table: Entry<RouteTable>; readonly association: RouteTableAssociation } {
  const table = ctx.store.view(routeTables).by("association", associationId)[0];
  const association = table?.value.associations.find((one) => one.routeTableAssociationId === associationId);
  const own = table?.value.account === ctx.account && table.value.region === ctx.region;
  if (table !== undefined && association !== undefined && own) return { table, association };
  const message = `The association ID '${associationId}' does not exist`;
  throw ctx.fault("InvalidAssociationID.NotFound", message);
}
