interface Place {
  readonly account: string;
  readonly partition: string;
}

/** The ARN of a role that is given by its ARN or, within the account, by its "short name" (RegisterTaskDefinition). */
export function roleArnOf({ account, partition }: Place, role: string): string {
  return role.startsWith("arn:") ? role : `arn:${partition}:iam::${account}:role/${role}`;
}

interface WithRoles {
  readonly taskRoleArn?: string;
  readonly executionRoleArn?: string;
}

/** The roles by their ARNs, as a definition has them once it is registered. */
export function roleArnsOf(place: Place, { taskRoleArn, executionRoleArn }: WithRoles): WithRoles {
  return {
    ...(taskRoleArn && { taskRoleArn: roleArnOf(place, taskRoleArn) }),
    ...(executionRoleArn && { executionRoleArn: roleArnOf(place, executionRoleArn) }),
  };
}
