import type { TaskRecord } from "./model/task.ts";

/** A task for tests: one container named `app` in PROVISIONING, with these fields changed. */
export function aTask(fields: Partial<TaskRecord> = {}): TaskRecord {
  const id = "0123456789abcdef0123456789abcdef";
  const arn = (resource: string) => `arn:aws:ecs:us-east-1:000000000000:${resource}`;
  return {
    account: "000000000000",
    region: "us-east-1",
    clusterName: "web",
    id,
    taskArn: arn(`task/web/${id}`),
    clusterArn: arn("cluster/web"),
    taskDefinitionArn: arn("task-definition/hello:1"),
    family: "hello",
    revision: 1,
    version: 1,
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    cpuArchitecture: "X86_64",
    cpu: "256",
    memory: "512",
    networkMode: "awsvpc",
    attachments: [],
    overrides: { containerOverrides: [] },
    containers: [
      {
        containerArn: arn(`container/web/${id}/c`),
        name: "app",
        image: "app:1",
        essential: true,
        hasHealthCheck: false,
        lastStatus: "PENDING",
        cpu: "0",
      },
    ],
    group: "family:hello",
    enableExecuteCommand: false,
    tags: [],
    createdAt: 0,
    ...fields,
  };
}
