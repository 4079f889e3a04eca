import type { Operations } from "#generated/acm/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { AcmParts } from "../request/handler.ts";
import { GetAccountConfiguration, PutAccountConfiguration } from "./account-configuration.ts";
import { DeleteCertificate } from "./delete-certificate.ts";
import { DescribeCertificate } from "./describe-certificate.ts";
import { exportCertificate } from "./export-certificate.ts";
import { GetCertificate } from "./get-certificate.ts";
import { importCertificate } from "./import-certificate.ts";
import { ListCertificates } from "./list-certificates.ts";
import { renewCertificate } from "./renew-certificate.ts";
import { requestCertificate } from "./request-certificate.ts";
import { ResendValidationEmail } from "./resend-validation-email.ts";
import { RevokeCertificate } from "./revoke-certificate.ts";
import { AddTagsToCertificate, ListTagsForCertificate, RemoveTagsFromCertificate } from "./tags-for-certificate.ts";
import { ListTagsForResource, TagResource, UntagResource } from "./tags-for-resource.ts";
import { UpdateCertificateOptions } from "./update-certificate-options.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(parts: AcmParts) {
  return {
    AddTagsToCertificate,
    DeleteCertificate,
    DescribeCertificate,
    ExportCertificate: exportCertificate(parts),
    GetAccountConfiguration,
    GetCertificate,
    ImportCertificate: importCertificate(parts),
    ListCertificates,
    ListTagsForCertificate,
    ListTagsForResource,
    PutAccountConfiguration,
    RemoveTagsFromCertificate,
    RenewCertificate: renewCertificate(parts),
    RequestCertificate: requestCertificate(parts),
    ResendValidationEmail,
    RevokeCertificate,
    TagResource,
    UntagResource,
    UpdateCertificateOptions,
  } satisfies Handlers<Operations>;
}
