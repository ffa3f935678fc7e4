import { parseArgs } from 'node:util';
import { machineOf, resourceUses, validate } from '../../asl/index.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../asl/json.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { readLines } from './lines.ts';
import { type SmokeResult, smoke } from './smoke.ts';

/** `npm run asl:definitions -- FILE.jsonl[.gz] [--json] [--paths N] [--seed N]` */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    paths: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    show: { type: 'string' },
  },
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write('Give a file of definitions.\n');
  process.exit(64);
}

interface DefinitionLine {
  readonly id: string;
  readonly definition: JsonObject;
}

function isDefinitionLine(value: unknown): value is DefinitionLine {
  return typeof value === 'object' && value !== null && 'definition' in value && 'id' in value;
}

const result = {
  total: 0,
  loads: 0,
  runnable: 0,
  /** Every resource is called, whether the rest of the definition is valid or not. */
  callable: 0,
  /** The others, with the reason. */
  notRunnable: {} as Record<string, string>,
  unsupported: {} as Record<string, number>,
  /** Those that were stopped count as ended: they loop, or have thousands of tasks. */
  smoke: { ended: 0, stopped: 0, defects: 0 },
};
const tell = (text: string) => {
  if (!values.json) process.stdout.write(`${text}\n`);
};

for (const { id, definition } of (await readLines(file)).filter(isDefinitionLine)) {
  if (values.show !== undefined && !id.includes(values.show)) continue;
  result.total++;
  const impossible = resourcesIn(definition).flatMap((resource) => {
    const { isSupported = true, impossible: why } = resourceUses(taskWith(resource))[0] ?? {};
    return isSupported ? [] : [`${resource}: ${why?.reason ?? 'it is not called'}`];
  });
  if (impossible.length === 0) result.callable++;
  else result.notRunnable[id] = impossible.join('; ');
  const errors = validate(definition).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const [{ pointer, message } = { pointer: '', message: '' }] = errors;
    result.notRunnable[id] = `it is not valid: ${pointer}: ${message}`.slice(0, 300);
    tell(
      `invalid ${id}\n  ${errors
        .slice(0, 3)
        .map(({ pointer, message }) => `${pointer}: ${message}`.slice(0, 300))
        .join('\n  ')}`,
    );
    continue;
  }
  try {
    prepareMachines([machineOf(definition, { id: 'definition' })]);
  } catch (error) {
    tell(`REFUSED ${id}\n  ${error instanceof Error ? error.message : String(error)}`);
    continue;
  }
  result.loads++;
  const missing = resourceUses(definition).filter(({ isSupported }) => !isSupported);
  if (missing.length === 0) result.runnable++;
  for (const feature of new Set(missing.map((each) => each.feature))) {
    result.unsupported[feature] = (result.unsupported[feature] ?? 0) + 1;
  }
  for (let path = 0; path < Number(values.paths); path++) {
    const started = performance.now();
    const outcome = await attempted(definition, Number(values.seed) + path);
    const run = `${id} (seed ${Number(values.seed) + path})`;
    if (outcome.type === 'defect') {
      result.smoke.defects++;
      tell(`DEFECT ${run}\n  ${outcome.reason.slice(0, 500)}`);
    } else {
      result.smoke.ended++;
      if (outcome.type === 'stopped') {
        result.smoke.stopped++;
        tell(`stopped ${run}: ${outcome.because}`);
      }
    }
    const seconds = (performance.now() - started) / 1000;
    if (seconds > 10) tell(`slow ${id}: ${seconds.toFixed(0)} s`);
  }
}
process.stdout.write(`${JSON.stringify(result)}\n`);

/** The resources of the Task states, in whatever is around them. */
function resourcesIn(value: Json): readonly string[] {
  if (isArray(value)) return value.flatMap(resourcesIn);
  if (!isObject(value)) return [];
  const { Type, Resource } = value;
  const own = Type === 'Task' && typeof Resource === 'string' ? [Resource] : [];
  return [...new Set([...own, ...Object.values(value).flatMap(resourcesIn)])];
}

function taskWith(Resource: string): JsonObject {
  return { StartAt: 'A', States: { A: { Type: 'Task', Resource, End: true } } };
}

async function attempted(definition: JsonObject, seed: number): Promise<SmokeResult> {
  try {
    return await smoke(definition, seed);
  } catch (error) {
    return {
      type: 'defect',
      reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}
