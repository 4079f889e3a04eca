import type { Operations, Tag } from "#generated/iam/types.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type ConditionKeys,
  type OperationAuthorization,
  passRole,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import {
  groupArn,
  instanceProfileArn,
  mfaArn,
  newArn,
  ownerArn,
  roleArn,
  roleOf,
  serverCertificateArn,
  tagsOfResource,
  userArn,
  userArns,
  userOf,
} from "./resources.ts";
import { linkedService } from "./service-linked/services.ts";

interface NamesUser {
  readonly UserName?: string;
}
interface NamesRole {
  readonly RoleName: string;
}
interface Tagging {
  readonly Tags?: readonly Tag[];
}
interface Untagging {
  readonly TagKeys: readonly string[];
}
type Rule<Input> = OperationAuthorization<Input>;

/** On a user; without a name, on the one who calls. */
const onUser: Rule<NamesUser> = { resources: ({ UserName }, scope) => userArns(scope, UserName) };
const onGroup: Rule<{ readonly GroupName: string }> = {
  resources: ({ GroupName }, scope) => [groupArn(scope, GroupName)],
};
const onRole: Rule<NamesRole> = { resources: ({ RoleName }, scope) => [roleArn(scope, RoleName)] };
const onProfile: Rule<{ readonly InstanceProfileName: string }> = {
  resources: (input, scope) => [instanceProfileArn(scope, input.InstanceProfileName)],
};
const onCertificate: Rule<{ readonly ServerCertificateName: string }> = {
  resources: (input, scope) => [serverCertificateArn(scope, input.ServerCertificateName)],
};
const onPolicy: Rule<{ readonly PolicyArn: string }> = { resources: ({ PolicyArn }) => [PolicyArn] };
const onOidc: Rule<{ readonly OpenIDConnectProviderArn: string }> = {
  resources: (input) => [input.OpenIDConnectProviderArn],
};
const onSaml: Rule<{ readonly SAMLProviderArn: string }> = { resources: (input) => [input.SAMLProviderArn] };
const onMfa: Rule<{ readonly SerialNumber: string }> = { resources: ({ SerialNumber }) => [SerialNumber] };
const onSource: Rule<{ readonly PolicySourceArn: string }> = { resources: (input) => [input.PolicySourceArn] };

const onArn: Rule<{ readonly Arn: string }> = { resources: ({ Arn }) => [Arn] };

const tagging: Rule<Tagging> = { requestTags: ({ Tags }) => tagsOf(Tags) };
const untagging: Rule<Untagging> = { tagKeys: ({ TagKeys }) => TagKeys };

/** With the permissions boundary that the user or role has. */
const withUserBoundary: Rule<NamesUser> = {
  ...onUser,
  conditionKeys: (input, scope) => ({ "iam:PermissionsBoundary": userOf(scope, input.UserName)?.permissionsBoundary }),
};
const withRoleBoundary: Rule<NamesRole> = {
  ...onRole,
  conditionKeys: (input, scope) => ({ "iam:PermissionsBoundary": roleOf(scope, input.RoleName)?.permissionsBoundary }),
};

/** With the service that the user's credential is for. */
const onServiceCredential: Rule<NamesUser & { readonly ServiceSpecificCredentialId: string }> = {
  ...onUser,
  conditionKeys: ({ UserName, ServiceSpecificCredentialId: credentialId }, scope) => ({
    "iam:ServiceSpecificCredentialServiceName": userOf(scope, UserName)?.serviceCredentials?.find(
      ({ id }) => id === credentialId,
    )?.serviceName,
  }),
};

/** With the permissions boundary that the request asks for. */
const askedBoundary = (input: { readonly PermissionsBoundary?: string }): ConditionKeys => ({
  "iam:PermissionsBoundary": input.PermissionsBoundary,
});

/** Attaching and detaching: the policy is a condition key, the identity the resource. */
function ofPolicy<Input>(rule: Rule<Input>): Rule<Input & { readonly PolicyArn: string }> {
  return {
    ...rule,
    conditionKeys: (input, ...at) => ({ ...rule.conditionKeys?.(input, ...at), "iam:PolicyARN": input.PolicyArn }),
  };
}

/** Something new with this ARN: to give it tags takes the right to tag it, too. */
function creating<Input extends Tagging>(
  tagAction: string,
  arnOf: (input: Input, scope: AuthorizationScope) => string,
): Rule<Input> {
  return {
    resources: (input, scope) => [arnOf(input, scope)],
    requestTags: ({ Tags }) => tagsOf(Tags),
    also: (input, scope): Requirement[] => {
      if ((input.Tags ?? []).length === 0) return [];
      return [{ action: `iam:${tagAction}`, resource: arnOf(input, scope), requestTags: tagsOf(input.Tags) }];
    },
  };
}

/** Lists are on the ARN of what is listed, as far as the path goes. */
const listing = (type: string): Rule<{ readonly PathPrefix?: string }> => ({
  resources: ({ PathPrefix = "/" }, scope) => [newArn(scope, type, PathPrefix, "")],
});

const ofUsers: AuthorizationTable<Operations> = {
  ChangePassword: { resources: (_input, scope) => userArns(scope, undefined) },
  CreateUser: {
    ...creating("TagUser", (input, scope) => newArn(scope, "user", input.Path, input.UserName)),
    conditionKeys: askedBoundary,
  },
  DeleteUser: onUser,
  GetUser: onUser,
  ListUsers: listing("user"),
  UpdateUser: {
    resources: (input, scope) => [
      userArn(scope, input.UserName),
      ...moved(scope, userArn(scope, input.UserName), input.NewPath, input.NewUserName),
    ],
  },
  TagUser: { ...onUser, ...tagging },
  UntagUser: { ...onUser, ...untagging },
  ListUserTags: onUser,
  PutUserPolicy: withUserBoundary,
  GetUserPolicy: onUser,
  DeleteUserPolicy: withUserBoundary,
  ListUserPolicies: onUser,
  AttachUserPolicy: ofPolicy(withUserBoundary),
  DetachUserPolicy: ofPolicy(withUserBoundary),
  ListAttachedUserPolicies: onUser,
  PutUserPermissionsBoundary: { ...onUser, conditionKeys: askedBoundary },
  DeleteUserPermissionsBoundary: withUserBoundary,
  ListGroupsForUser: onUser,
  CreateAccessKey: onUser,
  DeleteAccessKey: onUser,
  UpdateAccessKey: onUser,
  ListAccessKeys: onUser,
  GetAccessKeyLastUsed: { resources: ({ AccessKeyId }, scope) => ownerArn(scope, AccessKeyId) },
  CreateLoginProfile: onUser,
  GetLoginProfile: onUser,
  UpdateLoginProfile: onUser,
  DeleteLoginProfile: onUser,
  UploadSSHPublicKey: onUser,
  GetSSHPublicKey: onUser,
  ListSSHPublicKeys: onUser,
  UpdateSSHPublicKey: onUser,
  DeleteSSHPublicKey: onUser,
  UploadSigningCertificate: onUser,
  ListSigningCertificates: onUser,
  UpdateSigningCertificate: onUser,
  DeleteSigningCertificate: onUser,
  CreateServiceSpecificCredential: {
    ...onUser,
    conditionKeys: (input) => ({
      "iam:ServiceSpecificCredentialServiceName": input.ServiceName,
      "iam:ServiceSpecificCredentialAgeDays": input.CredentialAgeDays?.toString(),
    }),
  },
  ListServiceSpecificCredentials: onUser,
  ResetServiceSpecificCredential: onServiceCredential,
  UpdateServiceSpecificCredential: onServiceCredential,
  DeleteServiceSpecificCredential: onServiceCredential,
};

const ofGroups: AuthorizationTable<Operations> = {
  CreateGroup: { resources: (input, scope) => [newArn(scope, "group", input.Path, input.GroupName)] },
  DeleteGroup: onGroup,
  GetGroup: onGroup,
  ListGroups: listing("group"),
  UpdateGroup: {
    resources: (input, scope) => [
      groupArn(scope, input.GroupName),
      ...moved(scope, groupArn(scope, input.GroupName), input.NewPath, input.NewGroupName),
    ],
  },
  AddUserToGroup: onGroup,
  RemoveUserFromGroup: onGroup,
  PutGroupPolicy: onGroup,
  GetGroupPolicy: onGroup,
  DeleteGroupPolicy: onGroup,
  ListGroupPolicies: onGroup,
  AttachGroupPolicy: ofPolicy(onGroup),
  DetachGroupPolicy: ofPolicy(onGroup),
  ListAttachedGroupPolicies: onGroup,
};

const ofRoles: AuthorizationTable<Operations> = {
  CreateRole: {
    ...creating("TagRole", (input, scope) => newArn(scope, "role", input.Path, input.RoleName)),
    conditionKeys: askedBoundary,
  },
  DeleteRole: withRoleBoundary,
  GetRole: withRoleBoundary,
  ListRoles: listing("role"),
  UpdateRole: withRoleBoundary,
  UpdateRoleDescription: withRoleBoundary,
  UpdateAssumeRolePolicy: withRoleBoundary,
  TagRole: { ...onRole, ...tagging },
  UntagRole: { ...onRole, ...untagging },
  ListRoleTags: onRole,
  PutRolePolicy: withRoleBoundary,
  GetRolePolicy: onRole,
  DeleteRolePolicy: withRoleBoundary,
  ListRolePolicies: onRole,
  AttachRolePolicy: ofPolicy(withRoleBoundary),
  DetachRolePolicy: ofPolicy(withRoleBoundary),
  ListAttachedRolePolicies: onRole,
  PutRolePermissionsBoundary: { ...onRole, conditionKeys: askedBoundary },
  DeleteRolePermissionsBoundary: withRoleBoundary,
  CreateServiceLinkedRole: {
    resources: (input, scope) => [linkedRoleArn(scope, input.AWSServiceName, input.CustomSuffix)],
    conditionKeys: (input) => ({ "iam:AWSServiceName": input.AWSServiceName }),
  },
  DeleteServiceLinkedRole: {
    ...onRole,
    conditionKeys: (input, scope) => ({ "iam:AWSServiceName": roleOf(scope, input.RoleName)?.serviceName }),
  },
  GetServiceLinkedRoleDeletionStatus: {
    resources: ({ DeletionTaskId: id }, scope) => {
      const [, prefix, service, role] = id.split("/");
      return [newArn(scope, "role", `/${prefix}/${service}/`, role ?? "")];
    },
  },
  CreateInstanceProfile: creating("TagInstanceProfile", (input, scope) =>
    newArn(scope, "instance-profile", input.Path, input.InstanceProfileName),
  ),
  DeleteInstanceProfile: onProfile,
  GetInstanceProfile: onProfile,
  ListInstanceProfiles: listing("instance-profile"),
  ListInstanceProfilesForRole: onRole,
  AddRoleToInstanceProfile: {
    ...onProfile,
    also: (input, scope) => [passRole(roleArn(scope, input.RoleName), "ec2.amazonaws.com")],
  },
  RemoveRoleFromInstanceProfile: onProfile,
  TagInstanceProfile: { ...onProfile, ...tagging },
  UntagInstanceProfile: { ...onProfile, ...untagging },
  ListInstanceProfileTags: onProfile,
};

const ofPolicies: AuthorizationTable<Operations> = {
  CreatePolicy: creating("TagPolicy", (input, scope) => newArn(scope, "policy", input.Path, input.PolicyName)),
  DeletePolicy: onPolicy,
  GetPolicy: onPolicy,
  ListPolicies: { resources: ({ PathPrefix = "/" }) => [`policy path ${PathPrefix}`] },
  CreatePolicyVersion: onPolicy,
  DeletePolicyVersion: onPolicy,
  GetPolicyVersion: onPolicy,
  ListPolicyVersions: onPolicy,
  SetDefaultPolicyVersion: onPolicy,
  ListEntitiesForPolicy: onPolicy,
  TagPolicy: { ...onPolicy, ...tagging },
  UntagPolicy: { ...onPolicy, ...untagging },
  ListPolicyTags: onPolicy,
  GetContextKeysForCustomPolicy: {},
  GetContextKeysForPrincipalPolicy: onSource,
  SimulateCustomPolicy: {},
  SimulatePrincipalPolicy: onSource,
  GenerateServiceLastAccessedDetails: onArn,
  GetServiceLastAccessedDetails: {},
  GetServiceLastAccessedDetailsWithEntities: {},
  ListPoliciesGrantingServiceAccess: onArn,
};

const ofTheAccount: AuthorizationTable<Operations> = {
  CreateAccountAlias: {},
  DeleteAccountAlias: {},
  ListAccountAliases: {},
  DeleteAccountPasswordPolicy: {},
  GetAccountPasswordPolicy: {},
  UpdateAccountPasswordPolicy: {},
  GenerateCredentialReport: {},
  GetAccountAuthorizationDetails: {},
  GetAccountSummary: {},
  GetCredentialReport: {},
};

const ofProviders: AuthorizationTable<Operations> = {
  CreateOpenIDConnectProvider: creating("TagOpenIDConnectProvider", ({ Url }, scope) =>
    newArn(scope, "oidc-provider", "/", Url.replace(/^https:\/\//, "")),
  ),
  AddClientIDToOpenIDConnectProvider: onOidc,
  DeleteOpenIDConnectProvider: onOidc,
  GetOpenIDConnectProvider: onOidc,
  ListOpenIDConnectProviders: { resources: (_input, scope) => [newArn(scope, "oidc-provider", "/", "*")] },
  RemoveClientIDFromOpenIDConnectProvider: onOidc,
  UpdateOpenIDConnectProviderThumbprint: onOidc,
  TagOpenIDConnectProvider: { ...onOidc, ...tagging },
  UntagOpenIDConnectProvider: { ...onOidc, ...untagging },
  ListOpenIDConnectProviderTags: onOidc,
  CreateSAMLProvider: creating("TagSAMLProvider", ({ Name }, scope) => newArn(scope, "saml-provider", "/", Name)),
  DeleteSAMLProvider: onSaml,
  GetSAMLProvider: onSaml,
  ListSAMLProviders: { resources: (_input, scope) => [newArn(scope, "saml-provider", "/", "*")] },
  UpdateSAMLProvider: onSaml,
  TagSAMLProvider: { ...onSaml, ...tagging },
  UntagSAMLProvider: { ...onSaml, ...untagging },
  ListSAMLProviderTags: onSaml,
};

const ofDevices: AuthorizationTable<Operations> = {
  CreateVirtualMFADevice: creating("TagMFADevice", (input, scope) =>
    mfaArn(scope, input.Path, input.VirtualMFADeviceName),
  ),
  DeactivateMFADevice: onUser,
  DeleteVirtualMFADevice: onMfa,
  EnableMFADevice: onUser,
  GetMFADevice: onUser,
  ListMFADevices: onUser,
  ListVirtualMFADevices: { resources: (_input, scope) => [mfaArn(scope, "/", "")] },
  ResyncMFADevice: onUser,
  TagMFADevice: { ...onMfa, ...tagging },
  UntagMFADevice: { ...onMfa, ...untagging },
  ListMFADeviceTags: onMfa,
  UploadServerCertificate: creating("TagServerCertificate", (input, scope) =>
    newArn(scope, "server-certificate", input.Path, input.ServerCertificateName),
  ),
  DeleteServerCertificate: onCertificate,
  GetServerCertificate: onCertificate,
  ListServerCertificates: listing("server-certificate"),
  UpdateServerCertificate: {
    resources: (input, scope) => [
      serverCertificateArn(scope, input.ServerCertificateName),
      ...moved(
        scope,
        serverCertificateArn(scope, input.ServerCertificateName),
        input.NewPath,
        input.NewServerCertificateName,
      ),
    ],
  },
  TagServerCertificate: { ...onCertificate, ...tagging },
  UntagServerCertificate: { ...onCertificate, ...untagging },
  ListServerCertificateTags: onCertificate,
};

/** "Actions, resources, and condition keys for AWS Identity and Access Management" (Service Authorization Reference) */
export const iamAuthorization: ServiceAuthorization = {
  prefix: "iam",
  operations: {
    ...ofUsers,
    ...ofGroups,
    ...ofRoles,
    ...ofPolicies,
    ...ofTheAccount,
    ...ofProviders,
    ...ofDevices,
  },
  resourceTags: (arn, { store }) => tagsOfResource(store, arn),
};

/** Renaming and moving take the right on what comes of it as well as on what there is (IAM API, "UpdateUser"). */
function moved(scope: AuthorizationScope, from: string, path: string | undefined, name: string | undefined): string[] {
  const [, type = "", ownPath = "/", ownName = ""] = /:([a-z-]+)(\/.*?)([^/]*)$/.exec(from) ?? [];
  const to = newArn(scope, type, path ?? ownPath, name ?? ownName);
  return to === from ? [] : [to];
}

function linkedRoleArn(scope: AuthorizationScope, serviceName: string, suffix: string | undefined): string {
  const name = linkedService(serviceName)?.roleName ?? "*";
  const suffixed = suffix === undefined ? name : `${name}_${suffix}`;
  return newArn(scope, "role", `/aws-service-role/${serviceName}/`, suffixed);
}
