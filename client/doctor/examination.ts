import { eachLimited } from '../../orchestrator/concurrency/eachLimited.ts';
import { machineId } from '../identifiers.ts';
import { Pace } from '../pace.ts';
import type { ClientSurroundings } from '../surroundings.ts';
import { type AssessOptions, assess, isUndated } from './assess.ts';
import { Family } from './family.ts';
import type { Finding } from './findings.ts';
import { type DoctorOptions, defaultGraceMs } from './options.ts';
import { machineOf, type Partition, partitionOf } from './partition.ts';
import type { Batch } from './scanSegment.ts';

/** Items without a date are examined again after this time, or after a shorter grace: the stream takes a moment. */
const settleMs = 5_000;
/** Executions of a page that are examined at the same time. */
const executionsAtOnce = 8;

/** Looks at executions: at all of them as the scan brings them, which may be behind, and again at those that look ill. */
export class Examination {
  readonly #surroundings: ClientSurroundings;
  readonly #graceMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #assessOptions: () => AssessOptions;
  readonly #pace: Pace;
  readonly #machine: string | undefined;
  readonly #family: Family;

  constructor(surroundings: ClientSurroundings, options: DoctorOptions, assessOptions: () => AssessOptions) {
    this.#surroundings = surroundings;
    this.#graceMs = options.graceMs ?? defaultGraceMs;
    this.#signal = options.signal;
    this.#machine = options.machine === undefined ? undefined : machineId(options.machine);
    this.#assessOptions = assessOptions;
    this.#pace = new Pace(surroundings, options.readUnitsPerSecond ?? Number.POSITIVE_INFINITY);
    this.#family = new Family(surroundings.table.outlines, surroundings.now);
  }

  /** Each page waits until what was read before it has had its time. */
  async *paced(batches: AsyncIterable<Batch>): AsyncGenerator<Batch, void, undefined> {
    for await (const batch of batches) {
      await this.#pace.take(batch.readUnits, this.#signal);
      yield batch;
    }
  }

  async findings(batch: Batch): Promise<Finding[]> {
    const partitions = batch.partitions.filter(
      (partition) => this.#machine === undefined || machineOf(partition) === this.#machine,
    );
    const options = this.#assessOptions();
    const suspects = partitions.map((partition) => ({ partition, found: assess(partition, options) }));
    const ill = suspects.filter(({ found }) => found.length > 0);
    if (ill.some(({ partition, found }) => found.some((finding) => isUndated(finding, partition)))) {
      await this.#surroundings.sleep(Math.min(settleMs, this.#graceMs), this.#signal);
    }
    const findings: Finding[] = [];
    await eachLimited(ill, executionsAtOnce, async ({ partition: { executionId } }) => {
      findings.push(...assess(await this.#read(executionId), this.#assessOptions()));
    });
    await eachLimited(partitions, executionsAtOnce, async (partition) => {
      findings.push(...(await this.#family.findings(partition)));
    });
    return findings;
  }

  async #read(executionId: string): Promise<Partition> {
    const { items, readUnits } = await this.#surroundings.table.outlines.readOutline(executionId);
    await this.#pace.take(readUnits, this.#signal);
    return partitionOf(executionId, items);
  }
}
