import { eachContainer, firstRepeated, listed, type Rule, within } from "./rule.ts";

/** Names without `CAP_`, as the API reference lists them under "KernelCapabilities". */
const capabilityNames = new Set(
  `ALL AUDIT_CONTROL AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL
  LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP SETGID
  SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME
  SYS_TTY_CONFIG SYSLOG WAKE_ALARM`.split(/\s+/),
);
const tmpfsOptions = new Set(
  `defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime
  nodiratime bind rbind unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime
  strictatime nostrictatime mode uid gid nr_inodes nr_blocks mpol`.split(/\s+/),
);
const ipcControls = /^(kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\.[\w.]+)$/;
const networkControls = /^net\.[\w./-]+$/;

const ulimits = eachContainer(function* ({ name, ulimits }) {
  for (const ulimit of listed(ulimits)) {
    if (ulimit.softLimit === -1 && ulimit.hardLimit !== -1) {
      yield `Soft limit exceeds hard limit for ulimit ${ulimit.name}.`;
    }
    if (ulimit.hardLimit !== -1 && ulimit.softLimit > ulimit.hardLimit) {
      yield `Soft limit exceeds hard limit for ulimit ${ulimit.name}.`;
    }
  }
  const repeated = firstRepeated(listed(ulimits).map((ulimit) => ulimit.name));
  if (repeated !== undefined) yield `Duplicate ulimit '${repeated}' for container '${name}'.`;
});

const capabilities = eachContainer(function* ({ linuxParameters }) {
  const { add, drop } = linuxParameters?.capabilities ?? {};
  for (const capability of [...listed(add), ...listed(drop)]) {
    if (!capabilityNames.has(capability)) yield `${capability} is not a valid Linux capability.`;
  }
});

const memory = eachContainer(function* ({ name, linuxParameters = {} }) {
  const { sharedMemorySize, maxSwap, swappiness, tmpfs } = linuxParameters;
  if (!within(sharedMemorySize, 1, Number.MAX_SAFE_INTEGER)) {
    yield `Invalid 'sharedMemorySize' setting for container '${name}'.`;
  }
  if (!within(maxSwap, 0, Number.MAX_SAFE_INTEGER)) yield `Invalid 'maxSwap' setting for container '${name}'.`;
  if (!within(swappiness, 0, 100)) {
    yield `Invalid 'swappiness' setting for container '${name}'. It must be between 0 and 100.`;
  }
  for (const { containerPath, size, mountOptions } of listed(tmpfs)) {
    if (!containerPath.startsWith("/")) yield `Invalid 'tmpfs' setting for container '${name}'. Not an absolute path.`;
    if (size < 1) yield `Invalid 'tmpfs' setting for container '${name}'. 'size' must be at least 1 MiB.`;
    const unknown = listed(mountOptions).find((option) => !tmpfsOptions.has(option.split("=")[0]!));
    if (unknown !== undefined) yield `Invalid 'tmpfs' setting for container '${name}'. Unknown option '${unknown}'.`;
  }
});

const systemControls = eachContainer(function* ({ name, systemControls }, { networkMode, ipcMode }) {
  for (const { namespace, value } of listed(systemControls)) {
    if (!namespace || !value) {
      yield `Invalid 'systemControls' setting for container '${name}'. It needs a namespace and a value.`;
    } else if (networkControls.test(namespace)) {
      if (networkMode === "host") yield "Network system controls are not supported when networkMode=host.";
    } else if (ipcControls.test(namespace)) {
      if (ipcMode === "host") yield "IPC system controls are not supported when ipcMode=host.";
    } else {
      yield `Invalid 'systemControls' setting for container '${name}'. '${namespace}' cannot be set in a container.`;
    }
  }
});

/** Later entries would win over earlier ones in silence. */
const environment = eachContainer(function* ({ name, environment, secrets }) {
  if (listed(environment).some((variable) => !variable.name)) {
    yield `Invalid 'environment' setting for container '${name}'. Variable names should not be null or empty.`;
  }
  const names = [...listed(environment), ...listed(secrets)].flatMap((variable) => variable.name ?? []);
  const secretNames = new Set(listed(secrets).map((secret) => secret.name));
  const repeated = firstRepeated(names);
  if (repeated !== undefined && secretNames.has(repeated)) {
    yield "The secret name must be unique and not shared with any new or existing environment variables set on the " +
      `container, such as '${repeated}'.`;
  }
});

const devices = eachContainer(function* ({ name, linuxParameters }) {
  for (const { hostPath } of listed(linuxParameters?.devices)) {
    if (!hostPath.startsWith("/")) yield `Invalid 'devices' setting for container '${name}'. Not an absolute path.`;
  }
});

const user = eachContainer(function* ({ name, user }) {
  if (user !== undefined && !/^[\w.-]+(:[\w.-]+)?$/.test(user)) yield `Invalid 'user' setting for container '${name}'.`;
});

export const linuxRules: readonly Rule[] = [environment, user, ulimits, capabilities, devices, memory, systemControls];
