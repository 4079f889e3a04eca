/**
 * The record of one call, in CloudTrail's format (AWS CloudTrail User Guide, "CloudTrail record contents for management
 * events"). It holds no secrets: what the model calls sensitive was replaced before.
 */
export interface AuditRecord {
  readonly eventVersion: "1.11";
  readonly userIdentity: UserIdentity;
  /** ISO 8601, in whole seconds. */
  readonly eventTime: string;
  /** `ecs.amazonaws.com` */
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: unknown;
  /** Null for calls that only read, and for those that failed. */
  readonly responseElements: unknown;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly AuditResource[];
  readonly eventType: "AwsApiCall";
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  readonly eventCategory: "Management";
}

export interface AuditResource {
  readonly ARN: string;
  readonly accountId?: string;
  /** `AWS::ECS::Cluster` */
  readonly type?: string;
}

export interface UserIdentity {
  readonly type: "Root" | "IAMUser" | "AssumedRole" | "FederatedUser" | "Unknown";
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  /** Of IAM users. */
  readonly userName?: string;
  /** The service of AWS that made the call: `events.amazonaws.com`. */
  readonly invokedBy?: string;
  readonly sessionContext?: SessionContext;
}

export interface SessionContext {
  readonly sessionIssuer?: {
    readonly type: "Role" | "IAMUser" | "Root";
    readonly principalId: string;
    readonly arn: string;
    readonly accountId: string;
    readonly userName?: string;
  };
  readonly webIdFederationData?: { readonly federatedProvider: string };
  readonly attributes: { readonly creationDate: string; readonly mfaAuthenticated: "true" | "false" };
  readonly sourceIdentity?: string;
}

/** Takes records in, at once: it neither waits nor throws. */
export interface AuditSink {
  record(record: AuditRecord): void;
}
