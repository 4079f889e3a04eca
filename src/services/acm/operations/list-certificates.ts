import type { ListCertificatesRequest } from "#generated/acm/types.ts";
import { Fault } from "#kernel/fault.ts";
import { listPage } from "#kernel/pagination.ts";
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
  const now = ctx.clock.now();
  const found = ctx.store
    .view(certificates)
    .by("world", worldOf(ctx))
    .map(({ value }) => value)
    .filter((record) => matches(record, input, now));
  const { items, nextToken } = listPage(found, {
    scope: `ListCertificates ${SortOrder ?? ""} ${JSON.stringify(filters)}`,
    ...{ token: NextToken, limit: MaxItems, descending: SortOrder === "DESCENDING" },
    position: ({ createdAt, id }) => `${String(createdAt).padStart(16, "0")} ${id}`,
    invalid: () => new Fault("InvalidArgsException", "The value passed in for NextToken is invalid."),
  });
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
