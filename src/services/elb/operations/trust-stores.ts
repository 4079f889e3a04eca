import { Fault } from "#kernel/fault.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";

/**
 * There are no trust stores: what they are for, mutual authentication, is refused. They can't be made, there are none
 * to list, and none of any name is found.
 */
export const CreateTrustStore: ElbHandler<"CreateTrustStore"> = async () => {
  throw invalid("Trust stores are not available, as mutual authentication is not.");
};

export const DescribeTrustStores: ElbHandler<"DescribeTrustStores"> = async ({ TrustStoreArns, Names }) => {
  for (const name of [...(TrustStoreArns ?? []), ...(Names ?? [])]) throw notFound(name);
  return { TrustStores: [] };
};

export const AddTrustStoreRevocations: ElbHandler<"AddTrustStoreRevocations"> = refused;
export const DeleteSharedTrustStoreAssociation: ElbHandler<"DeleteSharedTrustStoreAssociation"> = refused;
export const DeleteTrustStore: ElbHandler<"DeleteTrustStore"> = refused;
export const DescribeTrustStoreAssociations: ElbHandler<"DescribeTrustStoreAssociations"> = refused;
export const DescribeTrustStoreRevocations: ElbHandler<"DescribeTrustStoreRevocations"> = refused;
export const GetTrustStoreCaCertificatesBundle: ElbHandler<"GetTrustStoreCaCertificatesBundle"> = refused;
export const GetTrustStoreRevocationContent: ElbHandler<"GetTrustStoreRevocationContent"> = refused;
export const ModifyTrustStore: ElbHandler<"ModifyTrustStore"> = refused;
export const RemoveTrustStoreRevocations: ElbHandler<"RemoveTrustStoreRevocations"> = refused;

/** A resource policy is that of a trust store which accounts share. */
export const GetResourcePolicy: ElbHandler<"GetResourcePolicy"> = async ({ ResourceArn: arn }) => {
  throw new Fault("ResourceNotFoundException", `Resource '${arn}' not found`);
};

async function refused({ TrustStoreArn: arn }: { readonly TrustStoreArn: string }): Promise<never> {
  throw notFound(arn);
}

function notFound(name: string): Fault {
  return new Fault("TrustStoreNotFoundException", `Trust store '${name}' not found`);
}
