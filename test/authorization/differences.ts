/** Condition keys that no request to this platform can have: what they speak of is not there. */
export const absentKeys: readonly RegExp[] = [
  /^kms:RecipientAttestation:/, // enclaves
  /^kms:(GrantConstraintSourceArn|GranteeServicePrincipal|RetiringServicePrincipal)$/, // grants to services
  /^kms:(MultiRegionKeyType|TrailingDaysWithoutKeyUsage)$/,
  /^kms:ViaService$/, // what a service asks for on a caller's behalf has it: see kms/model/requirement.ts
  /^iam:(FIDO-|RegisterSecurityKey|RoleTemplateARN)/,
  /^organizations:PolicyType$/, // there are no policies of organizations
  /^secretsmanager:(Type|resource\/Type|resource\/AllowRotationLambdaArn|ExternalSecretRotationRoleArn)$/,
  /^ssm:Policies$/, // refused
  /^events:(ManagedBy|SystemMetadata\/.*)$/, // rules of services; buses of the second version
];

/** Services whose tables have every key of the reference, and none beside. */
export const complete: readonly string[] = [
  ...["application-autoscaling", "cloudtrail", "events", "iam", "kms", "logs", "organizations", "secretsmanager"],
  ...["ssm", "sts"],
];

/** By service: what differs from the reference, and is to. */
export const differences: Readonly<Record<string, readonly RegExp[]>> = {
  // Of a key that is nobody's; of a credential that is not there.
  iam: [/^GetAccessKeyLastUsed: .* is on user, not on \*$/, /lacks iam:ServiceSpecificCredentialServiceName$/],
  // By the grant's id the statements that stand for grants are told from one another; of no grant no context is known.
  kms: [/has no key kms:GrantId$/, /^RetireGrant: .* lacks kms:EncryptionContext/],
  // By conditions, as the reference had it until namespaces could be shared; tags are on their ARN, not on all.
  discovery: [/ is on [\w, ]*service, not on \*$/, /^(Tag|Untag)Resource: .* is on \*, not on/],
  // The reference's AddTags is the one of Classic Load Balancers, whose other actions it has as well.
  elb: [/: elasticloadbalancing:AddTags is on loadbalancer, not on /],
  events: [/^(Put|Remove)Permission: .* is on \*, not on .*:event-bus\//],
  // The secret that is tagged as it is made has no id yet; a batch names no versions.
  secretsmanager: [/^CreateSecret: secretsmanager:TagResource lacks /, /^BatchGetSecretValue: .* lacks .*:VersionId$/],
  // A second factor is a global key; the names of the session are told to whoever asks for them. The reference has
  // TagSession for roles only; tags of a federated user's session are never transitive.
  sts: [/^AssumeRole: sts:\w+ has no key (aws:MultiFactorAuth|sts:)/, /^GetFederationToken: sts:TagSession /],
};
