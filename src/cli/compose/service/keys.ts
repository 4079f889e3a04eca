const network = "tasks of Fargate have a network of their own, with the VPC's resolver.";
const host = "Fargate shares nothing of its machines.";
const engine = "this concerns one container engine; Fargate has no such setting.";

/** Keys of a service that nothing stands for on Fargate, and why. */
export const unsupportedKeys: Readonly<Record<string, string>> = {
  annotations: "cannot be expressed. Use labels.",
  blkio_config: `cannot be expressed: ${engine}`,
  cgroup: `cannot be expressed: ${host}`,
  cgroup_parent: `cannot be expressed: ${host}`,
  cpu_count: "cannot be expressed. Use deploy.resources.limits.cpus.",
  cpu_percent: "cannot be expressed. Use deploy.resources.limits.cpus.",
  cpu_period: "cannot be expressed. Use deploy.resources.limits.cpus.",
  cpu_quota: "cannot be expressed. Use deploy.resources.limits.cpus.",
  cpu_rt_period: `cannot be expressed: ${engine}`,
  cpu_rt_runtime: `cannot be expressed: ${engine}`,
  cpu_shares: "cannot be expressed: a task has its CPUs for itself. Use deploy.resources.limits.cpus.",
  cpuset: `cannot be expressed: ${engine}`,
  credential_spec: "cannot be expressed: hosts of this platform do not join Active Directory domains.",
  device_cgroup_rules: `cannot be expressed: ${host}`,
  devices: `cannot be expressed: ${host}`,
  dns: `cannot be expressed: ${network}`,
  dns_opt: `cannot be expressed: ${network}`,
  dns_search: `cannot be expressed: ${network}`,
  domainname: `cannot be expressed: ${network}`,
  external_links: "cannot be expressed: put both services into one project.",
  extra_hosts: `cannot be expressed: ${network}`,
  gpus: "cannot be expressed: no host of this platform offers GPUs.",
  group_add: "cannot be expressed: task definitions have no such setting.",
  ipc: `cannot be expressed: ${host}`,
  isolation: `cannot be expressed: ${engine}`,
  label_file: "is not read. Use labels.",
  mac_address: `cannot be expressed: ${network}`,
  mem_swappiness: `cannot be expressed: ${engine}`,
  memswap_limit: `cannot be expressed: ${engine}`,
  models: "cannot be expressed.",
  oom_kill_disable: `cannot be expressed: ${engine}`,
  oom_score_adj: `cannot be expressed: ${engine}`,
  pid: `cannot be expressed: ${host}`,
  pids_limit: "cannot be expressed: task definitions have no such setting.",
  post_start: "cannot be expressed: ECS runs no commands beside a container's start.",
  pre_stop: "cannot be expressed: ECS runs no commands before a container's end.",
  provider: "cannot be expressed.",
  runtime: `cannot be expressed: ${engine}`,
  security_opt: "cannot be expressed on Fargate.",
  shm_size: "cannot be expressed on Fargate.",
  storage_opt: `cannot be expressed: ${engine}`,
  use_api_socket: `cannot be expressed: ${host}`,
  userns_mode: `cannot be expressed: ${engine}`,
  uts: `cannot be expressed: ${host}`,
  volumes_from: "cannot be expressed: services do not share a machine.",
};

/** Keys that are read, or that concern other commands (`develop`: `compose watch`). */
export const knownKeys: readonly string[] =
  `attach build cap_add cap_drop command configs container_name cpus depends_on
  deploy develop entrypoint env_file environment expose extends healthcheck hostname image init labels links logging
  mem_limit mem_reservation network_mode networks platform ports privileged profiles pull_policy read_only restart scale
  secrets stdin_open stop_grace_period stop_signal sysctls tmpfs tty ulimits user volumes working_dir`.split(/\s+/);
