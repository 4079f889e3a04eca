import type { Operations } from "#generated/acm/types.ts";
import { formatArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import { certificateOfArn } from "./model.ts";

const onCertificate = { resources: ({ CertificateArn }: { readonly CertificateArn: string }) => [CertificateArn] };
const onResource = { resources: ({ ResourceArn }: { readonly ResourceArn: string }) => [ResourceArn] };

/** "Actions, resources, and condition keys for AWS Certificate Manager" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  AddTagsToCertificate: { ...onCertificate, requestTags: ({ Tags }) => tagsOf(Tags) },
  DeleteCertificate: onCertificate,
  DescribeCertificate: onCertificate,
  ExportCertificate: onCertificate,
  GetAccountConfiguration: {},
  GetCertificate: onCertificate,
  ImportCertificate: {
    resources: ({ CertificateArn }) => (CertificateArn === undefined ? [] : [CertificateArn]),
    requestTags: ({ Tags }) => tagsOf(Tags),
    also: tagging,
  },
  ListCertificates: {},
  ListTagsForCertificate: onCertificate,
  ListTagsForResource: onResource,
  PutAccountConfiguration: {},
  RemoveTagsFromCertificate: { ...onCertificate, tagKeys: ({ Tags }) => Tags.map(({ Key }) => Key) },
  RenewCertificate: onCertificate,
  RequestCertificate: {
    conditionKeys: (input) => ({
      "acm:CertificateTransparencyLogging": input.Options?.CertificateTransparencyLoggingPreference ?? "ENABLED",
      "acm:DomainNames": [input.DomainName, ...(input.SubjectAlternativeNames ?? [])].map((name) => name.toLowerCase()),
      "acm:KeyAlgorithm": input.KeyAlgorithm ?? "RSA_2048",
      "acm:ValidationMethod": input.ValidationMethod ?? "EMAIL",
      "acm:Export": input.Options?.Export ?? "DISABLED",
    }),
    requestTags: ({ Tags }) => tagsOf(Tags),
    also: tagging,
  },
  ResendValidationEmail: onCertificate,
  RevokeCertificate: onCertificate,
  TagResource: { ...onResource, requestTags: ({ Tags }) => tagsOf(Tags) },
  UntagResource: { ...onResource, tagKeys: ({ TagKeys }) => TagKeys },
  UpdateCertificateOptions: onCertificate,
};

export const authorization: ServiceAuthorization = {
  prefix: "acm",
  operations,
  resourceTags: (arn, scope) => certificateOfArn(scope.store, arn)?.value.tags,
};

interface NewCertificate {
  readonly CertificateArn?: string;
  readonly Tags?: Parameters<typeof tagsOf>[0];
}

/** Whoever tags a certificate as it is made must be allowed to tag it. Its id is not known before. */
function tagging({ CertificateArn, Tags }: NewCertificate, scope: AuthorizationScope): readonly Requirement[] {
  if (!Tags?.length) return [];
  const { partition, account, region } = scope;
  const any = formatArn({ partition, service: "acm", region, account, resource: "certificate/*" });
  return [{ action: "acm:AddTagsToCertificate", resource: CertificateArn ?? any, requestTags: tagsOf(Tags) }];
}
