import { createHash } from "node:crypto";
import type { CertificateDetail, CertificateSummary, DomainValidation } from "#generated/acm/types.ts";
import type { Store } from "#kernel/store.ts";
import { type CertificateRecord, certificateArn } from "../model.ts";
import { usersOf } from "./use.ts";

type Views = Pick<Store, "view">;
/** How many names a summary tells. */
const mostNames = 100;

export function statusOf(record: CertificateRecord, now: number): "ISSUED" | "EXPIRED" {
  return record.notAfter <= now ? "EXPIRED" : "ISSUED";
}

/** What is issued here is renewed as long as it is used or was exported. */
export function isEligible(store: Views, record: CertificateRecord): boolean {
  return record.type === "AMAZON_ISSUED" && (record.exported || usersOf(store, record).length > 0);
}

export function toDetail(store: Views, record: CertificateRecord, now: number): CertificateDetail {
  const isImported = record.type === "IMPORTED";
  return {
    CertificateArn: certificateArn(record),
    DomainName: record.domainName,
    SubjectAlternativeNames: record.names,
    DomainValidationOptions: record.names.map((name) =>
      isImported ? { DomainName: name } : validationOf(record, name),
    ),
    Serial: record.serial,
    Subject: record.subject,
    Issuer: isImported ? record.issuer : "Amazon",
    CreatedAt: record.createdAt,
    ...(isImported ? { ImportedAt: record.issuedAt } : { IssuedAt: record.issuedAt }),
    Status: statusOf(record, now),
    NotBefore: record.notBefore,
    NotAfter: record.notAfter,
    KeyAlgorithm: shownAlgorithm(record),
    SignatureAlgorithm: record.signatureAlgorithm,
    InUseBy: usersOf(store, record),
    Type: record.type,
    ...(record.renewedAt !== undefined && renewal(record, record.renewedAt)),
    KeyUsages: record.keyUsages.map((Name) => ({ Name: Name as "ANY" })),
    ExtendedKeyUsages: record.extendedKeyUsages.map(({ name, oid }) => ({ Name: name as "ANY", OID: oid })),
    RenewalEligibility: isEligible(store, record) ? "ELIGIBLE" : "INELIGIBLE",
    Options: {
      CertificateTransparencyLoggingPreference: isImported ? "DISABLED" : "ENABLED",
      Export: record.exportOption,
    },
  };
}

function renewal(record: CertificateRecord, renewedAt: number): Pick<CertificateDetail, "RenewalSummary"> {
  const DomainValidationOptions = record.names.map((name) => validationOf(record, name));
  return { RenewalSummary: { RenewalStatus: "SUCCESS", DomainValidationOptions, UpdatedAt: renewedAt } };
}

export function toSummary(store: Views, record: CertificateRecord, now: number): CertificateSummary {
  const isImported = record.type === "IMPORTED";
  return {
    CertificateArn: certificateArn(record),
    DomainName: record.domainName,
    SubjectAlternativeNameSummaries: record.names.slice(0, mostNames),
    HasAdditionalSubjectAlternativeNames: record.names.length > mostNames,
    Status: statusOf(record, now),
    Type: record.type,
    KeyAlgorithm: shownAlgorithm(record),
    KeyUsages: record.keyUsages.map((name) => name as "ANY"),
    ExtendedKeyUsages: record.extendedKeyUsages.map(({ name }) => name as "ANY"),
    ExportOption: record.exportOption,
    InUse: usersOf(store, record).length > 0,
    ...(!isImported && { Exported: record.exported }),
    RenewalEligibility: isEligible(store, record) ? "ELIGIBLE" : "INELIGIBLE",
    NotBefore: record.notBefore,
    NotAfter: record.notAfter,
    CreatedAt: record.createdAt,
    ...(isImported ? { ImportedAt: record.issuedAt } : { IssuedAt: record.issuedAt }),
  };
}

/** As recorded from AWS: with a hyphen for RSA, unlike in the model. */
function shownAlgorithm({ keyAlgorithm }: CertificateRecord): CertificateRecord["keyAlgorithm"] {
  return keyAlgorithm.replace(/^RSA_/, "RSA-") as CertificateRecord["keyAlgorithm"];
}

/** The names need no proof here; what clients set up to give one changes nothing. */
function validationOf(record: CertificateRecord, name: string): DomainValidation {
  const method = record.validationMethod ?? "EMAIL";
  const domain = name.replace(/^\*\./, "");
  const digest = createHash("sha256").update(`${record.account} ${domain}`).digest("hex");
  const ResourceRecord = {
    Name: `_${digest.slice(0, 32)}.${domain}.`,
    Type: "CNAME",
    Value: `_${digest.slice(32)}.acm-validations.aws.`,
  } as const;
  return {
    DomainName: name,
    ValidationDomain: name,
    ValidationStatus: "SUCCESS",
    ValidationMethod: method,
    ...(method === "EMAIL" ? { ValidationEmails: [] } : { ResourceRecord }),
  };
}
