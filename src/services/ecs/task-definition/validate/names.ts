import { eachContainer, firstRepeated, type Rule } from "./rule.ts";

const maxContainers = 10;
const namePattern = /^[A-Za-z0-9_-]{1,255}$/;
/** A repository with a tag, or with a digest that does not count towards the length. */
const imagePattern = /^[A-Za-z0-9_.:/#-]{1,255}(@sha256:[A-Fa-f0-9]{64})?$/;

const family: Rule = function* ({ family }) {
  if (!family) yield "Family should not be null or empty.";
  else if (!namePattern.test(family)) yield "Family contains invalid characters.";
};

const containerCount: Rule = function* ({ containerDefinitions }) {
  if (!containerDefinitions?.length) yield "Container list cannot be empty.";
  else if (containerDefinitions.length > maxContainers) yield "Too many containers.";
};

const containerNames = eachContainer(function* ({ name }) {
  if (!name) yield "Container.name should not be null or empty.";
  else if (!namePattern.test(name)) yield "Container.name contains invalid characters.";
});

const images = eachContainer(function* ({ image }) {
  if (!image) yield "Container.image should not be null or empty.";
  else if (!imagePattern.test(image)) yield "Container.image contains invalid characters.";
});

const uniqueNames: Rule = function* ({ containerDefinitions }) {
  if (firstRepeated(containerDefinitions.map((container) => container.name)) !== undefined) {
    yield "Container names must be unique within a task definition.";
  }
};

const essential: Rule = function* ({ containerDefinitions }) {
  if (containerDefinitions.every((container) => container.essential === false)) {
    yield "Task definition doesn't have any essential container.";
  }
};

export const nameRules: readonly Rule[] = [family, containerCount, containerNames, images, uniqueNames, essential];
