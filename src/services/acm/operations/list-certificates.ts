import type { ListCertificatesRequest } from "#generated/acm/types.ts";
import { Fault } from "#kernel/fault.ts";
import { pageOf, positionIn } from "#kernel/pagination.ts";
import { worldOf } from "#kernel/world.ts";
import { type CertificateRecord, certificates } from "../model.ts";
import { type AcmHandler, invalid } from "../request/handler.ts";
import { statusOf, toSummary } from "../request/shapes.ts";

/** Without a filter of key types only RSA keys of 1024 and 2048 bits are listed, as at AWS. */
const defaultKeyTypes = ["RSA_1024", "RSA_2048"];

export const ListCertificates: AcmHandler<"ListCertificates"> = async (input, ctx) => {
  const { SortBy, SortOrder, NextToken, MaxItems = 1000, ...filters } = input;
  if ((SortBy === undefined) !== (SortOrder === undefined)) {
    throw invalid("SortBy and SortOrder must be specified together.");
  }
  const sign = SortOrder === "DESCENDING" ? -1 : 1;
  const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -sign : sign);
  const position = ({ createdAt, id }: CertificateRecord) => `${String(createdAt).padStart(16, "0")} ${id}`;
  const scope = `ListCertificates ${SortOrder ?? ""} ${JSON.stringify(filters)}`;
  const after = NextToken === undefined ? undefined : positionIn(NextToken, scope);
  if (NextToken !== undefined && after === undefined) {
    throw new Fault("InvalidArgsException", "The value passed in for NextToken is invalid.");
  }
  const now = ctx.clock.now();
  const found = ctx.store
    .view(certificates)
    .by("world", worldOf(ctx))
    .map(({ value }) => value)
    .filter((record) => matches(record, input, now) && (after === undefined || compare(position(record), after) > 0))
    .sort((a, b) => compare(position(a), position(b)));
  const { items, nextToken } = pageOf(found, MaxItems, scope, position);
  const CertificateSummaryList = items.map((record) => toSummary(ctx.store, record, now));
  return { CertificateSummaryList, ...(nextToken !== undefined && { NextToken: nextToken }) };
};

function matches(record: CertificateRecord, input: ListCertificatesRequest, now: number): boolean {
  const { CertificateStatuses: statuses, CertificateKeyPairOrigins: origins, Includes = {} } = input;
  const { keyTypes = defaultKeyTypes, keyUsage, extendedKeyUsage, exportOption, managedBy } = Includes;
  const origin = record.type === "IMPORTED" ? "CUSTOMER_PROVIDED" : "AWS_MANAGED";
  const extended = record.extendedKeyUsages.map(({ name }) => name);
  return (
    (statuses === undefined || statuses.includes(statusOf(record, now))) &&
    (origins === undefined || origins.includes(origin)) &&
    keyTypes.includes(record.keyAlgorithm) &&
    (keyUsage === undefined || keyUsage.some((name) => name === "ANY" || record.keyUsages.includes(name))) &&
    (extendedKeyUsage === undefined || extendedKeyUsage.some((name) => name === "ANY" || extended.includes(name))) &&
    (exportOption === undefined || record.exportOption === exportOption) &&
    managedBy === undefined
  );
}
