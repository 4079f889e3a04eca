import { testScenario } from "./seeds.ts";
import { toyScenario } from "./toy-scenario.ts";

testScenario(toyScenario({ jobs: 12, fenced: true }), { file: import.meta.filename });
