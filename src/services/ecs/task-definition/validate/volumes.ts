import { eachContainer, firstRepeated, listed, type Rule } from "./rule.ts";

const volumeNamePattern = /^[A-Za-z0-9_-]{1,255}$/;

const volumes: Rule = function* ({ volumes }) {
  for (const { name, host, dockerVolumeConfiguration: docker } of listed(volumes)) {
    if (!name) yield "Volume.name should not be null or empty.";
    else if (!volumeNamePattern.test(name)) yield "Volume.name contains invalid characters.";
    if (host?.sourcePath !== undefined && host.sourcePath.trim() === "") yield "host.sourcePath should not be blank.";
    if (host?.sourcePath !== undefined && docker !== undefined) {
      yield `Volume '${name}' cannot have both host and dockerVolumeConfiguration.`;
    }
    if (docker?.autoprovision !== undefined && docker.scope !== "shared") {
      yield `Invalid 'autoprovision' setting for volume '${name}'. It can be used with scope shared only.`;
    }
  }
  const repeated = firstRepeated(listed(volumes).map((volume) => volume.name));
  if (repeated !== undefined) yield `Volume names must be unique: '${repeated}'.`;
};

const mountPoints = eachContainer(function* ({ name, mountPoints }, definition) {
  const known = new Set(listed(definition.volumes).map((volume) => volume.name));
  for (const { sourceVolume, containerPath } of listed(mountPoints)) {
    if (sourceVolume === undefined || !known.has(sourceVolume)) yield `Unknown volume '${sourceVolume ?? null}'.`;
    if (!containerPath) yield "mountPoint.containerPath should not be blank.";
  }
  const repeated = firstRepeated(listed(mountPoints).flatMap((mountPoint) => mountPoint.containerPath ?? []));
  if (repeated !== undefined) yield `Duplicate mount point '${repeated}' in container '${name}'.`;
});

export const volumeRules: readonly Rule[] = [volumes, mountPoints];
