import { awsPolicyArn } from "../managed/index.ts";

/** A service that takes on a role of its own in the account. */
export interface LinkedService {
  readonly roleName: string;
  /** The name of AWS's policy that is attached to the role, below `/aws-service-role/`. */
  readonly policyName: string;
  readonly description?: string;
  /** Whether there may be several, told apart by a suffix. */
  readonly takesSuffix?: true;
}

type Row = readonly [service: string, roleName: string, policyName: string];

/** As AWS names them, in the order of the services. */
const rows: readonly Row[] = [
  [
    "accountdiscovery.ssm.amazonaws.com",
    "AWSServiceRoleForAmazonSSM_AccountDiscovery",
    "AWSSystemsManagerAccountDiscoveryServicePolicy",
  ],
  ["acm.amazonaws.com", "AWSServiceRoleForCertificateManager", "CertificateManagerServiceRolePolicy"],
  ["appmesh.amazonaws.com", "AWSServiceRoleForAppMesh", "AWSAppMeshServiceRolePolicy"],
  [
    "autoscaling-plans.amazonaws.com",
    "AWSServiceRoleForAutoScalingPlans_EC2AutoScaling",
    "AWSAutoScalingPlansEC2AutoScalingPolicy",
  ],
  ["autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling", "AutoScalingServiceRolePolicy"],
  ["backup.amazonaws.com", "AWSServiceRoleForBackup", "AWSBackupServiceLinkedRolePolicyForBackup"],
  ["batch.amazonaws.com", "AWSServiceRoleForBatch", "BatchServiceRolePolicy"],
  [
    "cassandra.application-autoscaling.amazonaws.com",
    "AWSServiceRoleForApplicationAutoScaling_CassandraTable",
    "AWSApplicationAutoscalingCassandraTablePolicy",
  ],
  [
    "cks.kms.amazonaws.com",
    "AWSServiceRoleForKeyManagementServiceCustomKeyStores",
    "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy",
  ],
  ["cloudtrail.amazonaws.com", "AWSServiceRoleForCloudTrail", "CloudTrailServiceRolePolicy"],
  [
    "codestar-notifications.amazonaws.com",
    "AWSServiceRoleForCodeStarNotifications",
    "AWSCodeStarNotificationsServiceRolePolicy",
  ],
  ["config.amazonaws.com", "AWSServiceRoleForConfig", "AWSConfigServiceRolePolicy"],
  ["connect.amazonaws.com", "AWSServiceRoleForAmazonConnect", "AmazonConnectServiceLinkedRolePolicy"],
  ["dms-fleet-advisor.amazonaws.com", "AWSServiceRoleForDMSFleetAdvisor", "AWSDMSFleetAdvisorServiceRolePolicy"],
  ["dms.amazonaws.com", "AWSServiceRoleForDMSServerless", "AWSDMSServerlessServiceRolePolicy"],
  ["docdb-elastic.amazonaws.com", "AWSServiceRoleForDocDB-Elastic", "AmazonDocDB-ElasticServiceRolePolicy"],
  [
    "dynamodb.application-autoscaling.amazonaws.com",
    "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
    "AWSApplicationAutoscalingDynamoDBTablePolicy",
  ],
  ["ec2-instance-connect.amazonaws.com", "AWSServiceRoleForEc2InstanceConnect", "Ec2InstanceConnectEndpoint"],
  [
    "ec2.application-autoscaling.amazonaws.com",
    "AWSServiceRoleForApplicationAutoScaling_EC2SpotFleetRequest",
    "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy",
  ],
  ["ec2fleet.amazonaws.com", "AWSServiceRoleForEC2Fleet", "AWSEC2FleetServiceRolePolicy"],
  ["ecr.amazonaws.com", "AWSServiceRoleForECRTemplate", "ECRTemplateServiceRolePolicy"],
  ["ecs.amazonaws.com", "AWSServiceRoleForECS", "AmazonECSServiceRolePolicy"],
  [
    "ecs.application-autoscaling.amazonaws.com",
    "AWSServiceRoleForApplicationAutoScaling_ECSService",
    "AWSApplicationAutoscalingECSServicePolicy",
  ],
  ["eks-connector.amazonaws.com", "AWSServiceRoleForAmazonEKSConnector", "AmazonEKSConnectorServiceRolePolicy"],
  ["eks-fargate.amazonaws.com", "AWSServiceRoleForAmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"],
  ["eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup"],
  ["eks.amazonaws.com", "AWSServiceRoleForAmazonEKS", "AmazonEKSServiceRolePolicy"],
  ["elasticache.amazonaws.com", "AWSServiceRoleForElastiCache", "ElastiCacheServiceRolePolicy"],
  ["elasticbeanstalk.amazonaws.com", "AWSServiceRoleForElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"],
  [
    "elasticfilesystem.amazonaws.com",
    "AWSServiceRoleForAmazonElasticFileSystem",
    "AmazonElasticFileSystemServiceRolePolicy",
  ],
  [
    "elasticloadbalancing.amazonaws.com",
    "AWSServiceRoleForElasticLoadBalancing",
    "AWSElasticLoadBalancingServiceRolePolicy",
  ],
  [
    "email.cognito-idp.amazonaws.com",
    "AWSServiceRoleForAmazonCognitoIdpEmailService",
    "AmazonCognitoIdpEmailServiceRolePolicy",
  ],
  ["emr-containers.amazonaws.com", "AWSServiceRoleForAmazonEMRContainers", "AmazonEMRContainersServiceRolePolicy"],
  ["emrwal.amazonaws.com", "AWSServiceRoleForEMRWAL", "EMRDescribeClusterPolicyForEMRWAL"],
  ["fis.amazonaws.com", "AWSServiceRoleForFIS", "AmazonFISServiceRolePolicy"],
  ["grafana.amazonaws.com", "AWSServiceRoleForAmazonGrafana", "AmazonGrafanaServiceLinkedRolePolicy"],
  ["imagebuilder.amazonaws.com", "AWSServiceRoleForImageBuilder", "AWSServiceRoleForImageBuilder"],
  [
    "iotmanagedintegrations.amazonaws.com",
    "AWSServiceRoleForIoTManagedIntegrations",
    "AWSIoTManagedIntegrationsRolePolicy",
  ],
  ["kafka.amazonaws.com", "AWSServiceRoleForKafka", "KafkaServiceRolePolicy"],
  ["kafkaconnect.amazonaws.com", "AWSServiceRoleForKafkaConnect", "KafkaConnectServiceRolePolicy"],
  [
    "lakeformation.amazonaws.com",
    "AWSServiceRoleForLakeFormationDataAccess",
    "LakeFormationDataAccessServiceRolePolicy",
  ],
  ["lexv2.amazonaws.com", "AWSServiceRoleForLexV2Bots", "AmazonLexV2BotPolicy"],
  ["lightsail.amazonaws.com", "AWSServiceRoleForLightsail", "LightsailExportAccess"],
  ["m2.amazonaws.com", "AWSServiceRoleForAWSM2", "AWSM2ServicePolicy"],
  ["memorydb.amazonaws.com", "AWSServiceRoleForMemoryDB", "MemoryDBServiceRolePolicy"],
  ["mq.amazonaws.com", "AWSServiceRoleForAmazonMQ", "AmazonMQServiceRolePolicy"],
  [
    "mrk.kms.amazonaws.com",
    "AWSServiceRoleForKeyManagementServiceMultiRegionKeys",
    "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy",
  ],
  [
    "notifications.amazonaws.com",
    "AWSServiceRoleForAwsUserNotifications",
    "AWSUserNotificationsServiceLinkedRolePolicy",
  ],
  [
    "observability.aoss.amazonaws.com",
    "AWSServiceRoleForAmazonOpenSearchServerless",
    "AmazonOpenSearchServerlessServiceRolePolicy",
  ],
  ["opensearchservice.amazonaws.com", "AWSServiceRoleForAmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"],
  ["ops.apigateway.amazonaws.com", "AWSServiceRoleForAPIGateway", "APIGatewayServiceRolePolicy"],
  ["ops.emr-serverless.amazonaws.com", "AWSServiceRoleForAmazonEMRServerless", "AmazonEMRServerlessServiceRolePolicy"],
  [
    "opsdatasync.ssm.amazonaws.com",
    "AWSServiceRoleForSystemsManagerOpsDataSync",
    "AWSSystemsManagerOpsDataSyncServiceRolePolicy",
  ],
  ["opsinsights.ssm.amazonaws.com", "AWSServiceRoleForAmazonSSM_OpsInsights", "AWSSSMOpsInsightsServiceRolePolicy"],
  ["organizations.amazonaws.com", "AWSServiceRoleForOrganizations", "AWSOrganizationsServiceTrustPolicy"],
  [
    "pullthroughcache.ecr.amazonaws.com",
    "AWSServiceRoleForECRPullThroughCache",
    "AWSECRPullThroughCache_ServiceRolePolicy",
  ],
  ["ram.amazonaws.com", "AWSServiceRoleForResourceAccessManager", "AWSResourceAccessManagerServiceRolePolicy"],
  ["rds.amazonaws.com", "AWSServiceRoleForRDS", "AmazonRDSServiceRolePolicy"],
  [
    "rds.application-autoscaling.amazonaws.com",
    "AWSServiceRoleForApplicationAutoScaling_RDSCluster",
    "AWSApplicationAutoscalingRDSClusterPolicy",
  ],
  ["redshift.amazonaws.com", "AWSServiceRoleForRedshift", "AmazonRedshiftServiceLinkedRolePolicy"],
  [
    "replication.cassandra.amazonaws.com",
    "AWSServiceRoleForKeyspacesReplication",
    "KeyspacesReplicationServiceRolePolicy",
  ],
  ["replication.ecr.amazonaws.com", "AWSServiceRoleForECRReplication", "ECRReplicationServiceRolePolicy"],
  ["repository.sync.codeconnections.amazonaws.com", "AWSServiceRoleForGitSync", "AWSGitSyncServiceRolePolicy"],
  ["resource-explorer-2.amazonaws.com", "AWSServiceRoleForResourceExplorer", "AWSResourceExplorerServiceRolePolicy"],
  ["rolesanywhere.amazonaws.com", "AWSServiceRoleForRolesAnywhere", "AWSRolesAnywhereServicePolicy"],
  ["s3-outposts.amazonaws.com", "AWSServiceRoleForS3OnOutposts", "AWSS3OnOutpostsServiceRolePolicy"],
  ["ses.amazonaws.com", "AWSServiceRoleForAmazonSES", "AmazonSESServiceRolePolicy"],
  ["shield.amazonaws.com", "AWSServiceRoleForAWSShield", "AWSShieldServiceRolePolicy"],
  ["spot.amazonaws.com", "AWSServiceRoleForEC2Spot", "AWSEC2SpotServiceRolePolicy"],
  ["spotfleet.amazonaws.com", "AWSServiceRoleForEC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy"],
  ["ssm-incidents.amazonaws.com", "AWSServiceRoleForIncidentManager", "AWSIncidentManagerServiceRolePolicy"],
  ["ssm-quicksetup.amazonaws.com", "AWSServiceRoleForSSMQuickSetup", "SSMQuickSetupRolePolicy"],
  ["ssm.amazonaws.com", "AWSServiceRoleForAmazonSSM", "AmazonSSMServiceRolePolicy"],
  ["sso.amazonaws.com", "AWSServiceRoleForSSO", "AWSSSOServiceRolePolicy"],
  [
    "vpcorigin.cloudfront.amazonaws.com",
    "AWSServiceRoleForCloudFrontVPCOrigin",
    "AWSCloudFrontVPCOriginServiceRolePolicy",
  ],
  ["waf.amazonaws.com", "AWSServiceRoleForWAFLogging", "WAFLoggingServiceRolePolicy"],
  ["wafv2.amazonaws.com", "AWSServiceRoleForWAFV2Logging", "WAFV2LoggingServiceRolePolicy"],
];

const takingSuffixes = new Set(["autoscaling.amazonaws.com", "connect.amazonaws.com", "lexv2.amazonaws.com"]);

const descriptions: Readonly<Record<string, string>> = {
  "rds.amazonaws.com": "Allows Amazon RDS to manage AWS resources on your behalf",
  "ssm.amazonaws.com": "Provides access to AWS Resources managed or used by Amazon SSM.",
  "sso.amazonaws.com":
    "Service-linked role used by AWS SSO to manage AWS resources, including IAM roles, policies and SAML IdP on " +
    "your behalf.",
};

const services = new Map(
  rows.map(([service, roleName, policyName]): [string, LinkedService] => [
    service,
    {
      roleName,
      policyName,
      ...(descriptions[service] !== undefined && { description: descriptions[service] }),
      ...(takingSuffixes.has(service) && { takesSuffix: true }),
    },
  ]),
);

/** The service of this principal: `ecs.amazonaws.com`. */
export function linkedService(serviceName: string): LinkedService | undefined {
  return services.get(serviceName);
}

/** The principals of all services that have such a role. */
export function linkedServices(): readonly string[] {
  return [...services.keys()];
}

export function linkedPolicyArn(partition: string, service: LinkedService): string {
  return awsPolicyArn(partition, `/aws-service-role/${service.policyName}`);
}
